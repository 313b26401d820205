//! What is wrong with a text that is no YAML, in words for someone who does not know the parts of YAML.

use serde_yaml::granit_parser::ErrorKind;

pub struct Slip {
    pub message: String,
    pub hint: &'static str,
    pub began: Began,
}

/// Where a slip began; the parser often notices it further on.
#[derive(Clone, Copy)]
pub enum Began {
    Here,
    /// At the last tab.
    AtTab,
    /// At the last quotation mark.
    AtQuote,
    /// At the innermost open bracket.
    AtBracket,
}

pub fn explain(kind: &ErrorKind) -> Slip {
    let (began, message, hint) = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            (Began::AtTab, "a tab stands where YAML allows only spaces", "indent with spaces")
        }
        ErrorKind::UnclosedFlowCollection { open: '[' }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::ExpectedFlowSequenceSeparator => {
            (Began::AtBracket, "a `[` is not closed", "write `]`, or a `,` between two values")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator => {
            (Began::AtBracket, "a `{` is not closed", "write `}`, or a `,` between two keys")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            (Began::Here, "a bracket closes that was never opened", "leave it out")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open: '[', .. } => {
            (Began::Here, "a `[` is closed by a `}`", "close it by `]`")
        }
        ErrorKind::MismatchedFlowCollectionEnd { .. } => (Began::Here, "a `{` is closed by a `]`", "close it by `}`"),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            (Began::AtQuote, "a quotation mark is not closed", "write the second quotation mark")
        }
        ErrorKind::UnknownAnchor => {
            let message = "refers to a name that nothing was given with `&`";
            (Began::Here, message, "write the value out, or in quotes")
        }
        ErrorKind::RecursionLimitExceeded => (Began::Here, super::TOO_DEEP, super::TOO_DEEP_HINT),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidFlowScalarIndent => {
            let hint = "give all keys of one thing the same indentation";
            (Began::Here, "this line is not indented like its neighbours", hint)
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            let hint = "write `key: value`, with a space after the colon";
            (Began::Here, "this is neither a key nor a value", hint)
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            let hint = "put the key on a line of its own, or the value in quotes";
            (Began::Here, "a `:` stands where no key can be", hint)
        }
        ErrorKind::FlowMappingValueAdjacentCollection | ErrorKind::InvalidMappingValueWhitespace => {
            (Began::Here, "a space is missing behind the `:`", "write `key: value`")
        }
        ErrorKind::ExpectedDocumentStart => {
            let hint = "is a bracket closed too early, or this line indented wrong?";
            (Began::Here, "nothing can follow here", hint)
        }
        ErrorKind::UnexpectedEof | ErrorKind::UnexpectedEofBlockMapping | ErrorKind::UnexpectedEofBlockSequence => {
            (Began::Here, "the text ends in the middle of something", "is the file complete?")
        }
        ErrorKind::BlockEntryInFlowCollection | ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            (Began::Here, "a `-` stands inside brackets", "write `[a, b]`, or put the value in quotes")
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::InvalidBlockEntryWhitespace => {
            (Began::Here, "a `-` stands where no list can begin", "begin the list on a line of its own")
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => {
            let hint = "put a space before the comment, or the value in quotes";
            (Began::Here, "a `#` stands in the middle of a value", hint)
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            (Began::Here, "something follows a value in quotes", "put all of the value in the quotes")
        }
        ErrorKind::MissingAnchorOrAliasName => {
            (Began::Here, "a `*` or `&` has no name behind it", "put the value in quotes")
        }
        ErrorKind::InvalidBlockScalarHeader
        | ErrorKind::ZeroBlockScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => {
            (Began::Here, "a `|` or `>` begins a text of several lines", "put the value in quotes")
        }
        ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::UndeclaredTagHandle => (Began::Here, super::TAG, "leave it out, or put the value in quotes"),
        ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingDocumentEndBeforeDirective => {
            (Began::Here, "a line cannot begin with `%`", "put the value in quotes")
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            (Began::Here, "no value can begin with this character", "put the value in quotes")
        }
        other => {
            let message = format!("is no YAML: {other}");
            return Slip { message, hint: "put text with special characters in quotes", began: Began::Here };
        }
    };
    Slip { message: message.to_owned(), hint, began }
}
