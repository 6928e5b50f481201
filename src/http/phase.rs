//! Where a request is, seen from the connector: a time limit that is over while connecting has another cause, and
//! another remedy, than one that is over while the server thinks.

use super::error::Phase;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static CONNECTING: Connecting;
}

/// Whether the request of this task is opening a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Connecting(Arc<AtomicBool>);

impl Connecting {
    /// Runs the sending of a request, watching its connector.
    pub(super) async fn watch<F: Future>(&self, sending: F) -> F::Output {
        CONNECTING.scope(self.clone(), sending).await
    }

    pub(super) fn phase(&self) -> Phase {
        if self.0.load(Ordering::Relaxed) {
            Phase::Connecting
        } else {
            Phase::Waiting
        }
    }

    fn set(&self, connecting: bool) {
        self.0.store(connecting, Ordering::Relaxed);
    }
}

/// The connector layer that notices when a connection is opened. One that is reused never comes here.
#[derive(Clone, Debug)]
pub(super) struct WatchConnector;

#[derive(Clone, Debug)]
pub(super) struct Watched<S>(S);

impl<S> Layer<S> for WatchConnector {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched(inner)
    }
}

impl<S, Target> Service<Target> for Watched<S>
where
    S: Service<Target>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let opening = self.0.call(target);
        // The pool may go on opening the connection in a task of its own, where there is nobody to tell.
        let Ok(connecting) = CONNECTING.try_with(Clone::clone) else {
            return Box::pin(opening);
        };
        connecting.set(true);
        Box::pin(async move {
            let opened = opening.await;
            if opened.is_ok() {
                connecting.set(false);
            }
            opened
        })
    }
}
