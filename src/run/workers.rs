//! The threads that run cases: each takes the next case of the plan whenever it has room for one more.
//!
//! A case stays on the thread that took it, and shares nothing with any other, so that nothing it sends depends on which
//! thread that is.

use std::future::Future;
use std::io;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet, LocalSet};

use super::{Shared, case};
use crate::diagnostic::Diagnostic;
use crate::event::{Case, CaseFinished, Outcome};
use crate::http::Client;
use crate::plan::PlannedCase;

/// Cases in flight that a thread can well attend to: with fewer it would mostly wait.
const CASES_PER_THREAD: usize = 16;

/// The cases that nobody has taken yet, in the plan's order.
struct Queue(Mutex<std::vec::IntoIter<PlannedCase>>);

impl Queue {
    fn take(&self) -> Option<PlannedCase> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

/// A runtime for one thread of cases.
///
/// # Errors
/// The system has no more of what it takes.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        // Only host names are looked up on threads of their own.
        .max_blocking_threads(8)
        .enable_all()
        .build()
}

/// Runs all cases, as many at once as the options say: on this thread, and on others where that is worth it.
pub(super) async fn run_all(shared: &Arc<Shared>, client: Client, cases: Vec<PlannedCase>) {
    let jobs = shared.options.jobs.max(1);
    let threads = threads(jobs, cases.len());
    let queue = Arc::new(Queue(Mutex::new(cases.into_iter())));
    let room = |index| jobs / threads + usize::from(index < jobs % threads);
    // Where no more threads can be had, those there are do the work.
    let helpers: Vec<Helper> = (1..threads)
        .map_while(|index| Helper::start(shared, client.beside(), &queue, room(index)).ok())
        .collect();
    work(Arc::clone(shared), client, &queue, room(0)).await;
    for helper in helpers {
        helper.join().await;
    }
}

/// How many threads are worth their cost.
fn threads(jobs: usize, cases: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let worthwhile = jobs.min(cases).div_ceil(CASES_PER_THREAD);
    worthwhile.clamp(1, processors)
}

/// A thread besides the first.
struct Helper {
    thread: JoinHandle<()>,
    over: oneshot::Receiver<()>,
}

impl Helper {
    fn start(
        shared: &Arc<Shared>,
        client: Client,
        queue: &Arc<Queue>,
        room: usize,
    ) -> io::Result<Self> {
        let runtime = runtime()?;
        let (shared, queue) = (Arc::clone(shared), Arc::clone(queue));
        let (done, over) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("cases".to_owned())
            .spawn(move || {
                LocalSet::new().block_on(&runtime, work(shared, client, &queue, room));
                // Whoever waits may have gone.
                let _ = done.send(());
            })?;
        Ok(Self { thread, over })
    }

    /// Waits, without blocking, until the thread has no more cases.
    async fn join(self) {
        // It fails where the thread panicked, which joining tells.
        let _ = self.over.await;
        if let Err(panic) = self.thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Runs cases of the queue until there are none, `room` of them at once. Must be called within a [`LocalSet`].
fn work(
    shared: Arc<Shared>,
    client: Client,
    queue: &Queue,
    room: usize,
) -> impl Future<Output = ()> {
    let worker = Worker {
        shared,
        client: Rc::new(client),
        tasks: JoinSet::new(),
        running: Vec::new(),
    };
    worker.work(queue, room)
}

/// One thread's part of the run.
struct Worker {
    shared: Arc<Shared>,
    client: Rc<Client>,
    tasks: JoinSet<()>,
    /// Which case a task is running, for the case of a panic.
    running: Vec<(tokio::task::Id, Arc<Case>)>,
}

impl Worker {
    async fn work(mut self, queue: &Queue, room: usize) {
        loop {
            while self.tasks.len() >= room.max(1) {
                self.join_one().await;
            }
            let Some(planned) = queue.take() else {
                break;
            };
            match self.shared.without_running(&planned) {
                Some(fate) => self.shared.finish(fate),
                None => self.start(planned).await,
            }
        }
        while !self.tasks.is_empty() {
            self.join_one().await;
        }
    }

    async fn start(&mut self, planned: PlannedCase) {
        let case = Arc::clone(&planned.case);
        let run = case::run(Arc::clone(&self.shared), Rc::clone(&self.client), planned);
        let task = self.tasks.spawn_local(run);
        self.running.push((task.id(), case));
        self.shared.case_begins();
        // Lets the new task get its first request under way before the next one is made.
        tokio::task::yield_now().await;
    }

    async fn join_one(&mut self) {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return;
        };
        self.shared.case_ends();
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        let Some(index) = self.running.iter().position(|(task, _)| *task == id) else {
            return;
        };
        let (_, case) = self.running.swap_remove(index);
        if let Err(error) = ended {
            self.shared.finish(panicked(&self.shared, case, error));
        }
    }
}

/// A panic in one scenario is that scenario's error.
fn panicked(shared: &Shared, case: Arc<Case>, error: JoinError) -> CaseFinished {
    let message = match error.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "no message".to_owned()),
        Err(_) => "its task was cancelled".to_owned(),
    };
    let problem = Diagnostic::error(
        "panic",
        format!("the program failed while running this scenario: {message}"),
    )
    .help("this is a defect of probity: please report it with the scenario");
    let problem = problem.redacted(&|text| shared.redactor.redact(text).into_owned());
    CaseFinished {
        problems: vec![problem.into()],
        ..shared.not_started(case, Outcome::Errored, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_cases_or_jobs_need_one_thread() {
        assert_eq!(threads(128, 1), 1);
        assert_eq!(threads(1, 1000), 1);
        assert_eq!(threads(16, 1000), 1);
        assert_eq!(threads(128, 0), 1);
    }
}
