//! The least that can be done: the same requests in a loop over reqwest, on a single-threaded runtime, checking nothing.

use futures_util::StreamExt;
use futures_util::stream::iter;

use crate::Result;
use crate::project::SCENARIOS;
use crate::rows::JOBS;

/// Sends the requests of all scenarios.
pub fn run(address: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let base = format!("http://{address}");
        let mut all = iter(0..SCENARIOS)
            .map(|number| scenario(&client, &base, number))
            .buffer_unordered(JOBS);
        while let Some(done) = all.next().await {
            done?;
        }
        Ok(())
    })
}

/// The four requests of one scenario.
async fn scenario(client: &reqwest::Client, base: &str, number: u32) -> Result<()> {
    let json = |request: reqwest::RequestBuilder, body: String| {
        request
            .header("content-type", "application/json")
            .body(body)
    };
    let created = format!(r#"{{"name":"Company {number}","country":"USA"}}"#);
    let answer = json(client.post(format!("{base}/customers")), created)
        .send()
        .await?
        .bytes()
        .await?;
    // The others need the id, so one answer has to be read.
    let value: serde_json::Value = serde_json::from_slice(&answer)?;
    let url = format!("{base}/customers/{}", value["id"].as_str().unwrap_or(""));
    client.get(&url).send().await?.bytes().await?;
    json(client.patch(&url), r#"{"tags":["a","b"]}"#.to_owned())
        .send()
        .await?
        .bytes()
        .await?;
    client.delete(&url).send().await?.bytes().await?;
    Ok(())
}
