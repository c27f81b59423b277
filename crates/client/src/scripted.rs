//! A server for tests: it gives scripted replies, one after the other, and keeps what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bedload_store::{Account, AccountOptions};

use crate::client::Limits;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with this status and body.
    Json(u16, String),
    /// Answers with this status, this name of a failure, and its message.
    Failure(u16, &'static str, &'static str),
    /// Closes the connection without an answer.
    Drop,
    /// Says nothing for so long.
    Silence(Duration),
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) is_signed: bool,
    pub(crate) body: String,
}

/// The server; the last reply is given again and again.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                answer(stream, &replies, &kept);
            }
        });
        Self { url, asked }
    }

    /// An account whose requests come here.
    pub(crate) fn account(&self) -> Account {
        Account::open(&AccountOptions {
            region: Some("us-east-1".to_owned()),
            endpoint: Some(self.url.clone()),
            ..AccountOptions::default()
        })
        .expect("threads")
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    /// The lines of the requests.
    pub(crate) fn lines(&self) -> String {
        self.asked().iter().map(|asked| asked.line.clone() + "\n").collect()
    }
}

/// Limits that keep a test short, and that no machine is too slow for: what is to take too long never ends.
pub(crate) fn short() -> Limits {
    Limits {
        connect: Duration::from_mins(1),
        attempt: Duration::from_mins(1),
        operation: Duration::from_mins(2),
        attempts: 3,
        pause: Duration::from_millis(5),
    }
}

/// Reads one request, keeps it, and carries out the next reply. Each connection carries one request.
fn answer(mut stream: TcpStream, replies: &[Reply], kept: &Mutex<Vec<Asked>>) {
    let Some(asked) = read(&stream) else { return };
    let n = {
        let mut kept = kept.lock().expect("no panic");
        kept.push(asked);
        kept.len() - 1
    };
    let (status, failure, body) = match &replies[n.min(replies.len() - 1)] {
        Reply::Json(status, body) => (*status, None, body.clone()),
        Reply::Failure(status, name, message) => {
            (*status, Some(*name), serde_json::json!({"message": message}).to_string())
        }
        Reply::Drop => return,
        Reply::Silence(duration) => return thread::sleep(*duration),
    };
    let failure = failure.map_or_else(String::new, |name| format!("x-amzn-errortype: {name}\r\n"));
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nx-amzn-requestid: r-{n}\r\n{failure}\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&n| n > 0)?;
    let (mut length, mut is_signed) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end();
        let Some((name, value)) = header.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => is_signed = value.contains("AWS4-HMAC-SHA256"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        line: line.trim_end().to_owned(),
        is_signed,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
