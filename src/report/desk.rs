//! The reporters of a run at work, each in a thread of its own, so that a slow one slows nobody but itself.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::output::AtomicFile;
use super::{Needs, Reporter};
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Offset};

/// A reporter with its name and the file that it writes.
pub struct Seat {
    name: String,
    reporter: Box<dyn Reporter + Send>,
    file: Option<AtomicFile>,
}

impl Seat {
    /// `name` is what the user calls the report: `junit=out.xml`, `console`.
    #[must_use]
    pub fn new(name: impl Into<String>, reporter: Box<dyn Reporter + Send>) -> Self {
        Self {
            name: name.into(),
            reporter,
            file: None,
        }
    }

    /// The name that its file has until then, for those who must leave without waiting.
    #[must_use]
    pub fn temporary(&self) -> Option<PathBuf> {
        self.file.as_ref().and_then(AtomicFile::temporary)
    }

    /// The file that takes its name when the reporter has finished.
    #[must_use]
    pub fn with_file(mut self, file: AtomicFile) -> Self {
        self.file = Some(file);
        self
    }
}

/// How many messages wait at most before they are handed over without a tick.
const BATCH: usize = 256;

/// Hands events to reporters. Queues have no bound: a reader of standard output that pauses must not stop the clocks of
/// scenarios under way.
///
/// What tells of cases and steps is handed over at the next tick, many at once: to wake the reporters' threads for each
/// event would cost more than to make it.
pub struct Desk {
    workers: Vec<Worker>,
    needs: Needs,
}

struct Worker {
    name: String,
    needs: Needs,
    /// What was not handed over yet.
    waiting: Mutex<Vec<Message>>,
    /// `None` once there is nothing more to come.
    queue: Option<Sender<Vec<Message>>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

enum Message {
    Event(Arc<Event>),
    Tick(Offset),
}

impl Desk {
    /// Starts the reporters' threads.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(seats: Vec<Seat>) -> io::Result<Self> {
        let mut workers = Vec::new();
        let mut needs = Needs::default();
        for seat in seats {
            let own = seat.reporter.needs();
            needs = needs | own;
            let (sender, receiver) = channel();
            let name = seat.name.clone();
            let thread = thread::Builder::new()
                .name(name.clone())
                .spawn(move || work(seat, &receiver))?;
            workers.push(Worker {
                name,
                needs: own,
                waiting: Mutex::default(),
                queue: Some(sender),
                thread: Some(thread),
            });
        }
        Ok(Self { workers, needs })
    }

    /// What any of the reports wants to be told.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Gives an event to every report that wants it.
    pub fn event(&self, event: Event) {
        let of_run = !matches!(
            event,
            Event::CaseStarted(_)
                | Event::CaseFinished(_)
                | Event::StepStarted(_)
                | Event::StepFinished(_)
        );
        let event = Arc::new(event);
        for worker in &self.workers {
            let wanted = match *event {
                Event::StepStarted(_) => worker.needs.step_starts,
                Event::StepFinished(_) => worker.needs.step_ends,
                _ => true,
            };
            if wanted {
                worker.send(Message::Event(Arc::clone(&event)), of_run);
            }
        }
    }

    /// Tells reports how much time has passed since the start of the run. To be called every 100 ms or so.
    pub fn tick(&self, now: Offset) {
        for worker in &self.workers {
            worker.send(Message::Tick(now), true);
        }
    }

    /// Waits until every report is written, and says what could not be.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        // All of them end at once, each at its own pace.
        for worker in &mut self.workers {
            worker.close();
        }
        self.workers
            .iter_mut()
            .filter_map(|worker| {
                let error = worker.join().err()?;
                let message = format!("can't write report `{}`: {error}", worker.name);
                Some(Diagnostic::error("report", message))
            })
            .collect()
    }
}

/// A run that ends without a word, by a panic, has its reports written all the same.
impl Drop for Desk {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            worker.close();
        }
        for worker in &mut self.workers {
            // There is nobody left to tell.
            let _ = worker.join();
        }
    }
}

impl Worker {
    fn send(&self, message: Message, at_once: bool) {
        let mut waiting = self.waiting();
        waiting.push(message);
        if at_once || waiting.len() >= BATCH {
            // Under the lock, so that batches keep their order.
            self.hand_over(std::mem::take(&mut waiting));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Message>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_over(&self, messages: Vec<Message>) {
        if let Some(queue) = &self.queue {
            // A reporter that could not go on has left; `finish` tells why.
            let _ = queue.send(messages);
        }
    }

    /// Hands over what is left, and says that nothing follows.
    fn close(&mut self) {
        let left = std::mem::take(&mut *self.waiting());
        self.hand_over(left);
        self.queue = None;
    }

    fn join(&mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the reporter panicked")),
            None => Ok(()),
        }
    }
}

/// Reports until there is nothing more to come. A closed pipe, as of `| head`, is no error.
fn work(seat: Seat, queue: &Receiver<Vec<Message>>) -> io::Result<()> {
    let Seat {
        mut reporter, file, ..
    } = seat;
    let finished = report(reporter.as_mut(), queue).and_then(|()| {
        catch_unwind(AssertUnwindSafe(|| reporter.finish()))
            .unwrap_or_else(|_| Err(io::Error::other("the reporter panicked")))
    });
    drop(reporter);
    // One that broke off, as where the disk is full, is not given its name: a part would be taken for the whole.
    match finished.and_then(|()| file.map_or(Ok(()), AtomicFile::commit)) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn report(reporter: &mut dyn Reporter, queue: &Receiver<Vec<Message>>) -> io::Result<()> {
    loop {
        let messages = match queue.try_recv() {
            Ok(messages) => messages,
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => {
                reporter.flush()?;
                match queue.recv() {
                    Ok(messages) => messages,
                    Err(_) => return Ok(()),
                }
            }
        };
        for message in messages {
            match message {
                Message::Event(event) => reporter.event(&event)?,
                Message::Tick(now) => reporter.tick(now)?,
            }
        }
    }
}
