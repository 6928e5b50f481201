//! Answers, rendered; errors in the one form that their pack gives them.

use std::sync::Arc;

use super::frame::Frame;
use super::instance::{Instance, Step};
use super::request::Answer;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome, Template};
use crate::pack::emulator::{Reply, ReplyBody};
use crate::value::Value;

impl Instance {
    pub(super) fn reply(&self, reply: &Reply, frame: &mut Frame) -> Step<Answer> {
        let status = self.status(reply, frame)?;
        let mut answer = Answer {
            status,
            ..Answer::default()
        };
        if let Some(drop) = &reply.drop {
            answer.delivery.dropped = drop.resolve(&self.view(Some(frame)))?;
        }
        if let Some(delay) = &reply.delay {
            let delay = delay.resolve(&self.view(Some(frame)))?;
            answer.delivery.delay = Some((self.clock.clone(), delay));
        }
        let mut content_type = None;
        match &reply.body {
            ReplyBody::Empty => {}
            ReplyBody::Text(template) => {
                content_type = Some("text/plain; charset=utf-8");
                answer.body = template.render_text(&self.view(Some(frame)))?.into_bytes();
            }
            ReplyBody::Json(template) => {
                content_type = Some("application/json");
                answer.body = self.json(template, frame)?;
            }
            ReplyBody::Error(fields) => {
                content_type = Some("application/json");
                let error = Value::Object(self.fields(fields, frame)?);
                let file = Arc::clone(&self.file);
                frame.bind_value("error", error.clone());
                frame.bind_value("status", Value::from(status));
                answer.body = match &file.errors.json {
                    Some(form) => self.json(form, frame)?,
                    None => error.to_string().into_bytes(),
                };
                self.headers(&file.errors.headers, frame, &mut answer)?;
            }
        }
        self.headers(&reply.headers, frame, &mut answer)?;
        if let Some(content_type) = content_type
            && !answer
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            answer
                .headers
                .push(("content-type".to_owned(), content_type.to_owned()));
        }
        Ok(answer)
    }

    fn status(&self, reply: &Reply, frame: &Frame) -> Step<u16> {
        let rendered = match self.value(&reply.status, frame)? {
            Outcome::Value(Value::Number(number)) => number.as_u64(),
            Outcome::Value(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        let status = rendered.filter(|status| (200..600).contains(status));
        let status = status.and_then(|status| u16::try_from(status).ok());
        Ok(status.ok_or_else(|| {
            Diagnostic::error("bad-status", "a status is a number from 200 to 599")
                .at(reply.status.place.clone())
        })?)
    }

    fn json(&self, template: &Template, frame: &Frame) -> Step<Vec<u8>> {
        Ok(match self.value(template, frame)? {
            Outcome::Value(value) => value.to_string().into_bytes(),
            Outcome::Omit => Vec::new(),
        })
    }

    pub(super) fn headers(
        &self,
        headers: &[(String, Template)],
        frame: &Frame,
        answer: &mut Answer,
    ) -> Step<()> {
        for (name, template) in headers {
            let text = match self.value(template, frame)? {
                Outcome::Value(Value::String(text)) => text,
                Outcome::Value(other) => other.to_string(),
                Outcome::Omit => continue,
            };
            answer
                .headers
                .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            answer.headers.push((name.clone(), text));
        }
        Ok(())
    }
}
