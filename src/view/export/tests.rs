use super::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

fn buffer(lines: &[(&str, Style)]) -> Buffer {
    let height = u16::try_from(lines.len()).unwrap();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, height));
    for (y, (line, style)) in lines.iter().enumerate() {
        buffer.set_string(0, u16::try_from(y).unwrap(), line, *style);
    }
    buffer
}

#[test]
fn text_keeps_wide_characters_whole_and_drops_blanks_at_the_end() {
    let buffer = buffer(&[("推理 ok", Style::new()), ("", Style::new()), ("  end", Style::new())]);
    assert_eq!(text(&buffer), "推理 ok\n\n  end\n");
}

#[test]
fn ansi_reads_back_as_the_same_cells() {
    let styles = [
        Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(200)),
        Style::new().fg(Color::LightCyan).add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
        Style::new(),
    ];
    let lines: Vec<_> = styles.iter().map(|style| ("a 推理 z", *style)).collect();
    let drawn = buffer(&lines);
    let mut parser = vt100::Parser::new(4.try_into().unwrap(), 12.try_into().unwrap(), 0);
    parser.process(ansi(&drawn).replace('\n', "\r\n").trim_end().as_bytes());
    let screen = parser.screen();
    assert_eq!(screen.cell(0, 0).unwrap().fgcolor(), vt100::Color::Idx(1));
    assert!(screen.cell(0, 0).unwrap().bold());
    assert_eq!(screen.cell(1, 2).unwrap().contents(), "推");
    assert_eq!(screen.cell(1, 7).unwrap().fgcolor(), vt100::Color::Rgb(1, 2, 3));
    assert_eq!(screen.cell(1, 1).unwrap().bgcolor(), vt100::Color::Idx(200));
    assert_eq!(screen.cell(2, 0).unwrap().fgcolor(), vt100::Color::Idx(14));
    assert!(screen.cell(2, 1).unwrap().inverse() && screen.cell(2, 1).unwrap().underline());
    assert_eq!(screen.cell(3, 0).unwrap().fgcolor(), vt100::Color::Default);
}

#[test]
fn a_picture_is_well_formed_and_escapes_what_xml_reserves() {
    let drawn = buffer(&[("<a&\"b'>", Style::new()), ("┌─▇░推✓", Style::new().bg(Color::Blue))]);
    let picture = svg(&drawn, "5 < 6 & \"x\"");
    assert!(picture.contains("&lt;a&amp;&quot;b&apos;&gt;"), "{picture}");
    assert!(picture.contains("<title>5 &lt; 6 &amp; &quot;x&quot;</title>"));
    // Box drawing and bars are shapes; letters are text.
    assert!(!picture.contains('┌') && !picture.contains('▇') && picture.contains('推'));
    assert!(picture.contains("#6ca6e8"), "the background is painted: {picture}");
}
