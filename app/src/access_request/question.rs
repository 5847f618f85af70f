//! Questions whose answers may come in another order.

/// Numbers questions, so that only the answer to the latest one is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Questions {
    asked: u32,
}

impl Questions {
    /// Asks anew: answers to all earlier questions are late from now on.
    pub(super) fn ask(&mut self) -> u32 {
        self.asked = self.asked.wrapping_add(1);
        self.asked
    }

    /// Whether no question has been asked after this one.
    pub(super) fn is_latest(self, question: u32) -> bool {
        self.asked == question
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_earlier_question_is_late_in_whatever_order_answers_come() {
        let mut questions = Questions::default();
        let (first, second) = (questions.ask(), questions.ask());
        assert!(questions.is_latest(second));
        assert!(!questions.is_latest(first));
        let third = questions.ask();
        assert!(!questions.is_latest(second));
        assert!(questions.is_latest(third));
    }
}
