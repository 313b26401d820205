//! Two things are awaited, and one of them happens first.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

pub enum First<A, B> {
    A(A),
    B(B),
}

/// The other is dropped where it stands. If both have happened, it was `a`.
pub async fn first_of<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> First<A, B> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| {
        if let Poll::Ready(a) = a.as_mut().poll(context) {
            return Poll::Ready(First::A(a));
        }
        b.as_mut().poll(context).map(First::B)
    })
    .await
}
