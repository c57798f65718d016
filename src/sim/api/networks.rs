//! Networks.

use super::reply::{empty, json};
use super::{Answer, Call, no_content};
use crate::sim::world::network::Network;
use crate::sim::world::{Refusal, World};
use hyper::Method;
use serde_json::{Map, Value, json};

pub async fn route(method: &Method, path: &[&str], mut call: Call) -> Answer {
    match (method, path) {
        (&Method::GET, []) => list(&call),
        (&Method::POST, ["create"]) => {
            let body = call.json().await?;
            let id = call.shared.with(|world| world.create_network(&body))?;
            Ok(json(201, &json!({ "Id": id, "Warning": "" })))
        }
        (&Method::GET, [reference]) => inspect(&call, reference),
        (&Method::DELETE, [reference]) => {
            call.shared.with(|world| world.remove_network(reference))?;
            Ok(no_content())
        }
        (&Method::POST, [reference, "connect"]) => {
            let body = call.json().await?;
            let container = body.get("Container").and_then(Value::as_str).unwrap_or_default();
            let given = body.get("EndpointConfig").cloned().unwrap_or_default();
            call.shared.with(|world| world.connect(reference, container, &given))?;
            Ok(empty(200))
        }
        (&Method::POST, [reference, "disconnect"]) => {
            let body = call.json().await?;
            let container = body.get("Container").and_then(Value::as_str).unwrap_or_default();
            call.shared.with(|world| world.disconnect(reference, container))?;
            Ok(empty(200))
        }
        _ => Err(Refusal::missing("page not found")),
    }
}

fn passes(network: &Network, call: &Call) -> bool {
    let query = &call.query;
    let label = |key: &str| network.labels.get(key).and_then(Value::as_str);
    query.any("name", |wanted| network.name.contains(wanted))
        && query.any("id", |wanted| network.id.starts_with(wanted))
        && query.any("driver", |wanted| network.driver == wanted)
        && query.any("scope", |wanted| wanted == "local")
        && query.any("type", |wanted| (wanted == "builtin") == network.is_predefined())
        && query.labels_match(label)
}

fn list(call: &Call) -> Answer {
    call.query.allow_filters(&["dangling", "driver", "id", "label", "name", "scope", "type"])?;
    call.shared.with(|world| {
        let unused = |network: &Network| world.members(&network.id).is_empty();
        let networks: Vec<Value> = world
            .networks
            .values()
            .filter(|network| passes(network, call))
            .filter(|network| call.query.any("dangling", |wanted| (wanted == "true") == unused(network)))
            .map(Network::json)
            .collect();
        Ok(json(200, &networks))
    })
}

fn members(world: &World, network_id: &str) -> Map<String, Value> {
    let place = |id: String| {
        let container = world.containers.get(&id)?;
        let joined = container
            .endpoints
            .values()
            .find(|endpoint| endpoint.network_id == network_id)
            .and_then(|endpoint| endpoint.joined.as_ref())?;
        let address =
            joined.address.map_or_else(String::new, |address| format!("{address}/{}", joined.prefix));
        let place = json!({
            "Name": container.name,
            "EndpointID": joined.endpoint_id,
            "MacAddress": joined.mac(),
            "IPv4Address": address,
            "IPv6Address": "",
        });
        Some((id, place))
    };
    world.members(network_id).into_iter().filter_map(place).collect()
}

fn inspect(call: &Call, reference: &str) -> Answer {
    call.shared.with(|world| {
        let id = world.find_network(reference)?;
        let mut value = world.networks.get(&id).map(Network::json).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("Containers".to_owned(), Value::Object(members(world, &id)));
        }
        Ok(json(200, &value))
    })
}
