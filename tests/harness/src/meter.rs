//! A meter between the code and AWS: requests, sequential rounds, and capacity consumed.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_sdk_dynamodb::{operation as op, types::ConsumedCapacity, types::ReturnConsumedCapacity};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextRef, Input, Output,
            },
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use shared::runtime::Context;

use crate::waves::Waves;

/// What was used since the meter was last set to zero.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    /// The longest chain of DynamoDB requests of which each began when the one before was done,
    /// as if all took equally long.
    pub rounds: usize,
    /// Requests to DynamoDB, repeated attempts among them.
    pub dynamodb: usize,
    /// Requests to S3.
    pub s3: usize,
    /// Requests to SQS.
    pub sqs: usize,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

/// Reads what goes through the clients of a [`Context`] that it is attached to.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    reading: Arc<Mutex<Reading>>,
    waves: Waves,
    seen: Arc<AtomicUsize>,
}

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same context, with every request of it read by this meter.
    #[must_use]
    pub fn attach(&self, context: &Context) -> Context {
        let probe = |service| Probe {
            service,
            meter: self.clone(),
        };
        let dynamodb = context.dynamodb.config();
        let mut builder = dynamodb.to_builder();
        if let Some(client) = dynamodb.http_client() {
            builder = builder.http_client(self.waves.through(client));
        }
        let dynamodb = builder.interceptor(probe(Service::DynamoDb)).build();
        let (s3, sqs) = (context.s3.to_builder(), context.sqs.to_builder());
        Context {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb),
            s3: Arc::new(s3.interceptor(probe(Service::S3)).build()),
            sqs: Arc::new(sqs.interceptor(probe(Service::Sqs)).build()),
            ..context.clone()
        }
    }

    /// As [`Meter::attach`], save that requests go side by side as they come: how many rounds they make is not told.
    #[must_use]
    pub fn beside(&self, context: &Context) -> Context {
        let probe = Probe {
            service: Service::DynamoDb,
            meter: self.clone(),
        };
        let dynamodb = context.dynamodb.config().to_builder().interceptor(probe);
        Context {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            ..context.clone()
        }
    }

    /// What was used since the last call; sets the meter to zero.
    pub fn take(&self) -> Reading {
        let waves = self.waves.count();
        let rounds = waves - self.seen.swap(waves, Ordering::Relaxed);
        Reading {
            rounds,
            ..std::mem::take(&mut *self.lock())
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DynamoDb,
    S3,
    Sqs,
}

/// One client's end of the meter.
struct Probe {
    service: Service,
    meter: Meter,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl Intercept for Probe {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        ask_for_capacity(context.input_mut());
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut reading = self.meter.lock();
        match self.service {
            Service::DynamoDb => reading.dynamodb += 1,
            Service::S3 => reading.s3 += 1,
            Service::Sqs => reading.sqs += 1,
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Ok(output)) = context.output_or_error() {
            let (rcu, wcu) = capacity(output);
            let mut reading = self.meter.lock();
            reading.rcu += rcu;
            reading.wcu += wcu;
        }
        Ok(())
    }
}

fn ask_for_capacity(input: &mut Input) {
    macro_rules! ask {
        ($($input:ty),*) => {
            $(if let Some(input) = input.downcast_mut::<$input>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
            })*
        };
    }
    ask!(
        op::get_item::GetItemInput,
        op::batch_get_item::BatchGetItemInput,
        op::query::QueryInput,
        op::put_item::PutItemInput,
        op::update_item::UpdateItemInput,
        op::delete_item::DeleteItemInput,
        op::batch_write_item::BatchWriteItemInput,
        op::transact_get_items::TransactGetItemsInput,
        op::transact_write_items::TransactWriteItemsInput
    );
}

/// The read and write units of an answer. Only transactions say both apart; of all other
/// operations the total is of one kind.
fn capacity(output: &Output) -> (f64, f64) {
    let units = |capacity: &ConsumedCapacity| capacity.capacity_units().unwrap_or_default();
    macro_rules! one {
        ($($output:ty),*) => {
            $(if let Some(output) = output.downcast_ref::<$output>() {
                return output.consumed_capacity().map_or(0.0, units);
            })*
        };
    }
    macro_rules! many {
        ($($output:ty),*) => {
            $(if let Some(output) = output.downcast_ref::<$output>() {
                return output.consumed_capacity().iter().map(units).sum();
            })*
        };
    }
    let read = || -> f64 {
        one!(op::get_item::GetItemOutput, op::query::QueryOutput);
        many!(
            op::batch_get_item::BatchGetItemOutput,
            op::transact_get_items::TransactGetItemsOutput
        );
        0.0
    };
    let written = || -> f64 {
        one!(
            op::put_item::PutItemOutput,
            op::update_item::UpdateItemOutput,
            op::delete_item::DeleteItemOutput
        );
        many!(
            op::batch_write_item::BatchWriteItemOutput,
            op::transact_write_items::TransactWriteItemsOutput
        );
        0.0
    };
    (read(), written())
}
