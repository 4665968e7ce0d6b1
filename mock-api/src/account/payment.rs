//! Payments: how the next one ends, what pages wait to be completed, what is in the wallet.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Tenant;
use crate::error::{ApiError, Code};

/// The most pages that wait to be completed; beyond it the oldest is as good as closed.
const MAX_CHECKOUTS: usize = 100;

/// How a payment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentResult {
    /// It is made.
    Paid,
    /// It is not.
    Refused(PaymentError),
}

/// Why a payment was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentError {
    /// The card's issuer declined.
    Declined,
    /// There is no card, and not enough in the wallet.
    InsufficientFunds,
    /// Another payment of the tenant's is running.
    InProgress,
    /// The payment provider is in trouble.
    ProviderError,
}

impl PaymentError {
    /// The refusal of an operation that needed `amount`, in BRL.
    pub(crate) fn into_api(self, amount: f64) -> ApiError {
        match self {
            Self::Declined => ApiError::new(Code::PaymentFailed, "The card was declined")
                .with("declineCode", "card_declined")
                .with("proratedTotal", amount)
                .with("currency", "BRL"),
            Self::InsufficientFunds => ApiError::new(
                Code::InsufficientFunds,
                "There is no card to charge, and not enough in the wallet",
            ),
            Self::InProgress => {
                ApiError::new(Code::PaymentInProgress, "Another payment of this account is running")
            }
            Self::ProviderError => {
                ApiError::new(Code::PaymentProviderError, "The payment provider is in trouble")
            }
        }
    }
}

/// A page of the payment provider that was given out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Checkout {
    /// Puts so much into the wallet, in BRL.
    TopUp(f64),
    /// Saves a card.
    AddCard,
    /// Buys slots: as many as were asked for, or as are billed should that leave the free plan.
    ExtraNumbers { requested: u32, billed: u32 },
}

/// A tenant's money.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Purse {
    wallet_cents: u64,
    /// How the next payment ends, where it was said.
    next: Option<PaymentResult>,
    /// Oldest first.
    checkouts: VecDeque<Checkout>,
}

fn cents(amount: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and no amount is negative"
    )]
    let cents = (amount * 100.0).round() as u64;
    cents
}

impl Tenant {
    /// Takes an amount from the card, or from the wallet where there is none.
    pub(crate) fn charge(&mut self, amount: f64) -> Result<(), PaymentError> {
        match self.purse.next.take() {
            Some(PaymentResult::Paid) => Ok(()),
            Some(PaymentResult::Refused(error)) => Err(error),
            None if self.saved_card => Ok(()),
            None => {
                let left = self.purse.wallet_cents.checked_sub(cents(amount));
                self.purse.wallet_cents = left.ok_or(PaymentError::InsufficientFunds)?;
                Ok(())
            }
        }
    }

    /// A page was given out.
    pub(super) fn offer(&mut self, checkout: Checkout) {
        if self.purse.checkouts.len() >= MAX_CHECKOUTS {
            self.purse.checkouts.pop_front();
        }
        self.purse.checkouts.push_back(checkout);
    }

    /// Says how the next payment ends. When it is made and pages wait, it is the oldest page that is paid; that page is answered.
    pub(super) fn decide(&mut self, result: PaymentResult) -> Option<Checkout> {
        let page = if result == PaymentResult::Paid { self.purse.checkouts.pop_front() } else { None };
        match &page {
            None => self.purse.next = Some(result),
            Some(Checkout::TopUp(amount)) => {
                self.purse.wallet_cents = self.purse.wallet_cents.saturating_add(cents(*amount));
            }
            Some(Checkout::AddCard) => self.saved_card = true,
            Some(Checkout::ExtraNumbers { requested, billed }) => self.add_slots(*requested, *billed),
        }
        page
    }
}
