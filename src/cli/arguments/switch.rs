//! Flags that are on unless `=false` is said.

/// One set of arguments for each flag, to be flattened into the commands that have it.
macro_rules! switches {
    ($($(#[$attribute:meta])* $name:ident $field:ident;)+) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
        pub struct $name {
            $(#[$attribute])*
            #[arg(
                long,
                value_name = "BOOL",
                action = clap::ArgAction::Set,
                default_value_t = true,
                num_args = 0..=1,
                require_equals = true,
                default_missing_value = "true"
            )]
            pub $field: bool,
        }
    )+};
}

switches! {
    /// Hand standard input on
    #[arg(short)]
    Interactive interactive;
    /// A terminal for the command, where there is one here
    #[arg(short, hide = true)]
    Tty tty;
    /// Hand signals on to the container
    SignalProxy sig_proxy;
    /// Containers of services that the file no longer has, too
    Orphans orphans;
}
