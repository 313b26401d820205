//! Connections that are closed, and queues that are out.

use kendall::host::{HostError, Options, Outage};

use super::*;

fn with_outages() -> Host {
    let options = Options { outages: true, ..Options::default() };
    Host::start_with([QueueRules::default()], options).unwrap()
}

fn out(disconnects: bool, loses: bool) -> Outage {
    Outage { queues: vec![QUEUE], disconnects, loses }
}

#[tokio::test]
async fn what_a_closed_consumer_held_is_back_and_its_answers_have_no_effect() {
    let host = host(QueueRules::default());
    let mut publisher = host.publisher().unwrap();
    let mut consumer = host.consumer(QUEUE, 2).unwrap();
    for name in ["a", "b", "c"] {
        publisher.publish(QUEUE, letter(name)).await.unwrap();
    }
    let received = next(&mut consumer).await;
    let unreceived = consumer.close(true);
    assert_eq!(unreceived.len(), 1, "the other that it was handed");
    assert_eq!((host.accounts()[0].waiting, host.accounts()[0].in_flight), (3, 0));
    received.ack();
    drop(unreceived);
    assert_eq!((host.accounts()[0].waiting, host.accounts()[0].acknowledged), (3, 0));
    consumer.resume();
    let again = next(&mut consumer).await;
    assert_eq!((again.payload().as_ref(), again.attempt()), (b"a".as_ref(), 2));
    again.ack();
    assert_eq!(host.shutdown().await[0].acknowledged, 1);
}

#[tokio::test]
async fn an_outage_of_the_broker_closes_every_connection_until_its_consumers_come_back() {
    let host = with_outages();
    let mut publisher = host.publisher().unwrap();
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    host.begin_outage(&out(true, false)).unwrap();
    assert_eq!((host.accounts()[0].waiting, host.accounts()[0].in_flight), (1, 0));
    assert!(publisher.publish(QUEUE, letter("b")).await.is_err(), "a queue that is out takes nothing in");
    // What it was handed before is void, and it knows only now.
    assert_eq!(consumer.close(true).len(), 1);
    host.end_outage(&out(true, false));
    assert_eq!(host.accounts()[0].in_flight, 0, "it has not come back");
    consumer.resume();
    assert_eq!(next(&mut consumer).await.attempt(), 2);
    host.shutdown().await;
}

#[tokio::test]
async fn what_an_outage_loses_is_dropped() {
    let host = with_outages();
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    host.begin_outage(&out(false, true)).unwrap();
    assert_eq!((host.accounts()[0].dropped, host.accounts()[0].inside()), (1, 0));
    host.shutdown().await;
}

#[tokio::test]
async fn outages_of_what_there_is_not_are_errors() {
    assert_eq!(host(QueueRules::default()).begin_outage(&out(false, false)), Err(HostError::NoOutages));
    let elsewhere = Outage { queues: vec![QueueId(7)], ..Outage::default() };
    assert_eq!(with_outages().begin_outage(&elsewhere), Err(HostError::NoQueue(QueueId(7))));
    with_outages().end_outage(&elsewhere);
}
