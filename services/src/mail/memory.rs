//! Mail kept in memory, for tests.

use super::{Message, Outcome};
use std::sync::{Arc, Mutex, PoisonError};

/// What was sent, oldest first. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    messages: Arc<Mutex<Vec<Message>>>,
}

impl Memory {
    /// Everything sent so far.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn send(&self, message: &Message) -> Outcome {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        Outcome::Sent
    }
}
