package spice.domain;

import static spice.domain.Check.require;

import java.util.List;

/// A question with its answer, posed by the Challenger from a passage.
///
/// @param kind the kind of answer that is asked for
/// @param question all that the Reasoner sees (the options of a choice are added by the role's template)
/// @param options four texts for a choice, else empty
/// @param answer the gold answer: a letter for a choice, else canonical text
/// @param quotes the parts of the passage that the task rests on, word for word
/// @param derivation an expression over quoted operands that gives the answer, or empty where a quote holds it
/// @param difficulty the Challenger's own word for how hard it is, or empty
public record Task(
        AnswerKind kind,
        String question,
        List<String> options,
        String answer,
        List<String> quotes,
        String derivation,
        String difficulty) {
    public Task {
        options = List.copyOf(options);
        quotes = List.copyOf(quotes);
        require(
                options.size() == (kind == AnswerKind.CHOICE ? 4 : 0),
                "a %s task with %d options",
                kind,
                options.size());
    }
}
