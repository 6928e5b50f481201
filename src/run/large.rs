//! Large responses: the JSON of one at a time, whatever the number of threads, read away from those that run cases.

use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::{Mutex, MutexGuard, oneshot};

use super::context::Cx;
use super::done::Done;
use crate::check::Subject;
use crate::http::{Response, Share};
use crate::step::{CaptureFrom, Step};
use crate::value::Path;

/// Where a run reads large responses.
///
/// To read one takes a while, in which a thread of cases would keep all of its cases waiting; and it takes some ten times
/// the memory, of which the allocator keeps much for the thread that asked for it. So one thread reads all, and lets go
/// of all.
#[derive(Default)]
pub(super) struct LargeBodies {
    turn: Mutex<()>,
    /// Started when it is first wanted; none where the system has no thread to give.
    reader: OnceLock<Option<Sender<Job>>>,
}

type Job = Box<dyn FnOnce() + Send>;

/// A large response that was read.
pub(super) struct Opened<'a> {
    of: &'a LargeBodies,
    response: Response,
    _share: Share,
    _turn: MutexGuard<'a, ()>,
}

impl LargeBodies {
    /// Waits for its turn and reads what the step wants of the JSON of a large response. None for any other.
    ///
    /// Until it is closed, its body stays in the budget for bodies, so that no more of them wait than fit in there.
    pub(super) async fn open(
        &self,
        cx: &Cx<'_, '_>,
        step: &Step,
        done: &mut Done<'_>,
    ) -> Option<Opened<'_>> {
        let share = std::mem::take(&mut done.share);
        let response = done.response().filter(|response| response.is_large())?;
        let wanted = Wanted::by(cx, step)?;
        let opened = Opened {
            of: self,
            response: response.clone(),
            _share: share,
            _turn: self.turn.lock().await,
        };
        opened.elsewhere(|response| wanted.read(&response)).await;
        Some(opened)
    }

    fn reader(&self) -> Option<&Sender<Job>> {
        self.reader.get_or_init(|| start().ok()).as_ref()
    }
}

impl Opened<'_> {
    /// Lets go of the JSON; then it is the next one's turn.
    pub(super) async fn close(self) {
        self.elsewhere(|response| response.release_large()).await;
    }

    async fn elsewhere(&self, work: impl FnOnce(Response) + Send + 'static) {
        let Some(reader) = self.of.reader() else {
            return work(self.response.clone());
        };
        let response = self.response.clone();
        let (done, over) = oneshot::channel();
        let job = move || {
            work(response);
            // Whoever waits may have gone.
            let _ = done.send(());
        };
        // Should the thread have panicked, whoever asks for the JSON reads it, and says so.
        let _ = reader.send(Box::new(job));
        let _ = over.await;
    }
}

fn start() -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    thread::Builder::new()
        .name("large".to_owned())
        .spawn(move || jobs.into_iter().for_each(|job| job()))?;
    Ok(sender)
}

/// What the checks and captures of a step are sure to want of the JSON of its response. What an expression asks for is read
/// when it does.
enum Wanted {
    Whole,
    /// What these lead to.
    Paths(Vec<Path>),
}

impl Wanted {
    /// To look for more paths takes longer than to read all.
    const MOST_PATHS: usize = 8;

    /// None if the step does not look into it.
    fn by(cx: &Cx<'_, '_>, step: &Step) -> Option<Self> {
        let checked = step.expect.iter().flat_map(|expect| &expect.checks);
        let checked = checked.filter_map(|check| match &check.subject {
            Subject::Json | Subject::Schema => Some(None),
            Subject::Path(path) => Some(Some(path)),
            _ => None,
        });
        let captured = step
            .capture
            .iter()
            .filter_map(|capture| match &capture.from {
                CaptureFrom::JsonPath(path) => Some(Some(path)),
                _ => None,
            });
        let mut wanted: Vec<Option<&Path>> = checked.chain(captured).collect();
        if cx
            .pack_of(step)
            .is_ok_and(|pack| pack.bound.pack.contract.is_some())
        {
            wanted.push(None);
        }
        if wanted.is_empty() {
            return None;
        }
        let one_value = |path: Option<&Path>| path.filter(|path| path.is_singular()).cloned();
        let paths: Option<Vec<Path>> = wanted.into_iter().map(one_value).collect();
        Some(
            match paths.filter(|paths| paths.len() <= Self::MOST_PATHS) {
                Some(paths) => Self::Paths(paths),
                None => Self::Whole,
            },
        )
    }

    fn read(self, response: &Response) {
        match self {
            Self::Whole => drop(response.json()),
            Self::Paths(paths) => response.look_ahead(&paths),
        }
    }
}
