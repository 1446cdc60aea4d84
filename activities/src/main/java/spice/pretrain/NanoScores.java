package spice.pretrain;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import spice.domain.Seed;
import spice.formats.ChallengerTurn;
import spice.formats.NanoFormat;
import spice.ledger.LedgerLine;
import spice.ledger.LedgerSampler;
import spice.ledger.Level;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Sampling;

/// What a nano base can do, in shares of 0 to 1. All ledgers and questions are held out of the warm start.
///
/// @param copied share of posed tasks that are a true line of their ledger
/// @param posed share of each level among the copied tasks
/// @param reasoner how the questions of each level are answered
public record NanoScores(double copied, Map<Level, Double> posed, Map<Level, Answered> reasoner) {
    /// Room for the longest replies of the language: four columns and five digits, or a task of four digits and
    /// five.
    private static final Sampling SAMPLED = new Sampling(1, 24);

    private static final Sampling GREEDY = new Sampling(0, 24);
    private static final int PASS_AT = 64;
    private static final int MEAN_AT = 4;
    private static final int LEDGERS = 128;
    private static final int TASKS_A_LEDGER = 4;

    /// Prompts sampled in one call: bounds memory.
    private static final int SHARD = 16;

    /// How one level's questions are answered, in shares of 0 to 1.
    ///
    /// @param mean right of 4 attempts at temperature 1
    /// @param greedy right at temperature 0
    /// @param passAt64 right in at least one of 64 attempts at temperature 1
    public record Answered(double mean, double greedy, double passAt64) {}

    /// Scores a policy on fresh ledgers and questions.
    public static NanoScores measure(Policy policy, Seed seed, int questionsOfALevel) {
        Map<Level, Answered> reasoner = new EnumMap<>(Level.class);
        for (Level level : Level.values()) {
            RandomGenerator random = seed.child("questions", level.ordinal()).random();
            List<LedgerLine> questions = IntStream.range(0, questionsOfALevel)
                    .mapToObj(_ -> LedgerSampler.draw(random, level, true))
                    .toList();
            reasoner.put(level, answered(policy, questions, seed.child("attempts", level.ordinal())));
        }
        List<Optional<LedgerLine>> tasks = posed(policy, seed);
        List<LedgerLine> copied = tasks.stream().flatMap(Optional::stream).toList();
        Map<Level, Double> levels = new EnumMap<>(Level.class);
        for (Level level : Level.values()) {
            levels.put(
                    level,
                    share(copied.stream().map(line -> line.level() == level).toList()));
        }
        return new NanoScores((double) copied.size() / tasks.size(), levels, reasoner);
    }

    private static Answered answered(Policy policy, List<LedgerLine> questions, Seed seed) {
        List<String> prompts = questions.stream()
                .map(line -> NanoFormat.reasonerPrompt(line.question()))
                .toList();
        List<List<Boolean>> sampled = right(questions, replies(policy, prompts, PASS_AT, SAMPLED, seed));
        List<List<Boolean>> greedy = right(questions, replies(policy, prompts, 1, GREEDY, seed));
        return new Answered(
                share(sampled.stream()
                        .flatMap(attempts -> attempts.subList(0, MEAN_AT).stream())
                        .toList()),
                share(greedy.stream().flatMap(List::stream).toList()),
                share(sampled.stream().map(attempts -> attempts.contains(true)).toList()));
    }

    private static List<List<Boolean>> right(List<LedgerLine> questions, List<List<String>> replies) {
        NanoFormat format = new NanoFormat();
        return IntStream.range(0, questions.size())
                .mapToObj(i -> replies.get(i).stream()
                        .map(reply -> format.finalAnswer(reply)
                                .equals(Optional.of(
                                        Integer.toString(questions.get(i).result()))))
                        .toList())
                .toList();
    }

    /// The lines that the Challenger copied, empty where it did not.
    private static List<Optional<LedgerLine>> posed(Policy policy, Seed seed) {
        RandomGenerator random = seed.child("ledgers").random();
        List<List<LedgerLine>> ledgers = IntStream.range(0, LEDGERS)
                .mapToObj(_ -> LedgerSampler.page(random, NanoFormat.MAX_LINES, true)
                        .subList(0, random.nextInt(4, NanoFormat.MAX_LINES + 1)))
                .toList();
        List<String> prompts =
                ledgers.stream().map(NanoFormat::challengerPrompt).toList();
        List<List<String>> replies = replies(policy, prompts, TASKS_A_LEDGER, SAMPLED, seed.child("tasks"));
        return IntStream.range(0, LEDGERS)
                .boxed()
                .flatMap(i -> replies.get(i).stream().map(reply -> copied(reply, ledgers.get(i))))
                .toList();
    }

    private static Optional<LedgerLine> copied(String reply, List<LedgerLine> ledger) {
        return switch (new NanoFormat().challenge(Optional.empty(), Optional.empty(), List.of(reply))) {
            case ChallengerTurn.Posed(var task, var _) ->
                LedgerLine.parse(task.quotes().getFirst()).filter(ledger::contains);
            case ChallengerTurn.Refused _, ChallengerTurn.Ask _ -> Optional.empty();
        };
    }

    private static List<List<String>> replies(
            Policy policy, List<String> prompts, int attempts, Sampling sampling, Seed seed) {
        List<List<String>> replies = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += SHARD) {
            List<PromptGroup> shard = new ArrayList<>();
            for (int i = from; i < Math.min(from + SHARD, prompts.size()); i++) {
                Seed prompt = seed.child("prompt", i);
                long[] seeds = LongStream.range(0, attempts)
                        .map(attempt -> prompt.child("attempt", attempt).value())
                        .toArray();
                shard.add(new PromptGroup(policy.codec().encode(prompts.get(i)), seeds));
            }
            for (List<Completion> group : policy.sample(shard, sampling)) {
                replies.add(group.stream()
                        .map(completion -> policy.codec().decode(completion.tokens()))
                        .toList());
            }
        }
        return replies;
    }

    private static double share(List<Boolean> all) {
        return all.stream().filter(counted -> counted).count() / (double) Math.max(1, all.size());
    }

    /// Means over the levels, which weigh the same.
    public Answered overall() {
        return new Answered(
                reasoner.values().stream().mapToDouble(Answered::mean).average().orElseThrow(),
                reasoner.values().stream()
                        .mapToDouble(Answered::greedy)
                        .average()
                        .orElseThrow(),
                reasoner.values().stream()
                        .mapToDouble(Answered::passAt64)
                        .average()
                        .orElseThrow());
    }

    /// The scores as a Markdown table.
    public String table() {
        String rows = Arrays.stream(Level.values())
                .map(level ->
                        row(level.word(), "%.2f".formatted(posed.get(level)), requireNonNull(reasoner.get(level))))
                .collect(joining());
        return """
                | level | share of tasks posed | mean@4, T=1 | greedy | pass@64 |
                |---|---|---|---|---|
                %s%s
                Tasks that are a true line of their ledger: %.3f.
                """.formatted(rows, row("all", "1", overall()), copied);
    }

    private static String row(String name, String posed, Answered answered) {
        return "| %s | %s | %.3f | %.3f | %.3f |\n"
                .formatted(name, posed, answered.mean(), answered.greedy(), answered.passAt64());
    }
}
