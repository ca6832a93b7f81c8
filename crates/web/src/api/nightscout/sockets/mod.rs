//! The streams of Socket.IO: what apps hold open instead of asking every minute. Nobody is told anything before they showed a
//! token; whoever shows none within half a minute is cut off, and so is everybody whose token ends.
//!
//! | name space | what it tells |
//! | --- | --- |
//! | `/` | `dataUpdate`: two days at first, then what changed; takes `dbAdd`, `dbUpdate`, `dbUpdateUnset`, `dbRemove` |
//! | `/storage` | `create`, `update`, `delete` of each document, as version 3 shows it |
//! | `/alarm` | what needs attention |

mod alarm;
mod line;
mod root;
mod shared;
mod storage;
mod write;

use crate::Web;
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide::layer::SocketIoLayer;
use std::time::Duration;

pub use shared::Tables;

/// What an app sends at once is no longer than this; files go another way.
const MOST_BYTES: usize = 1 << 20;
/// Messages that wait for a slow app before it is cut off.
const MOST_WAITING: usize = 256;

/// Answers `/socket.io/` before any route is looked for.
pub fn layer(web: &Web) -> SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .max_payload(MOST_BYTES as u64)
        .ws_max_message_size(MOST_BYTES)
        .ws_max_frame_size(MOST_BYTES)
        .max_buffer_size(MOST_WAITING)
        .ping_interval(Duration::from_secs(25))
        .ping_timeout(Duration::from_secs(20))
        .build_layer();
    let here = web.clone();
    io.ns("/", move |socket: SocketRef| root::connected(socket, here));
    let here = web.clone();
    io.ns("/storage", move |socket: SocketRef| storage::connected(socket, here));
    let here = web.clone();
    io.ns("/alarm", move |socket: SocketRef| alarm::connected(socket, here));
    layer
}
