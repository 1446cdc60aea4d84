package spice.judging;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.domain.Advantages;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Rewards;
import spice.domain.Seed;
import spice.domain.SelfBleu;
import spice.domain.ShuffledRewards;
import spice.domain.Subsample;
import spice.domain.SuspectGold;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.formats.AnswerFormat;
import spice.roles.Attempt;
import spice.roles.AttemptedTask;
import spice.roles.PosedDocument;
import spice.roles.PosedTask;
import spice.roles.Span;
import spice.roles.TaskId;
import spice.runs.IterationMetrics;
import spice.runs.IterationMetrics.Diversity;
import spice.runs.IterationMetrics.KindMetrics;
import spice.settings.RunSettings;
import spice.settings.RunSettings.ChallengerMode;
import spice.verify.AnswerVerifier;

/// Verdicts, rewards and advantages of one iteration (SPICE Alg. 1, lines 8 to 17).
///
/// @param passages the iteration's draw
public record Judge(AnswerFormat format, RunSettings settings, List<Passage> passages, Seed seed) {

    /// An iteration's result.
    ///
    /// @param episodes what the trainer learns from
    /// @param tasks what people read
    /// @param metrics what is shown in one line
    public record Judgement(List<Episode> episodes, List<ScoredTask> tasks, IterationMetrics metrics) {}

    public Judgement score(
            List<PosedDocument> documents, List<AttemptedTask> attempted, long sampledTokens, double samplingSeconds) {
        Map<TaskId, AttemptedTask> attemptsAt =
                attempted.stream().collect(Collectors.toMap(AttemptedTask::id, task -> task));
        List<Group> groups = new ArrayList<>();
        for (PosedDocument document : documents) {
            List<Judged> judged = document.group().stream()
                    .map(task -> judged(task, Optional.ofNullable(attemptsAt.get(document.id(task)))))
                    .toList();
            Optional<Judged> chosen =
                    Subsample.chooseTask(judged, task -> task.decided() > 0, seed.child("choose", document.position()));
            groups.add(new Group(document, judged, chosen));
        }
        Map<Judged, Double> challengerAdvantages = challengerAdvantages(groups);
        Map<Judged, double[]> reasonerAdvantages = reasonerAdvantages(groups);
        return new Judgement(
                episodes(groups, challengerAdvantages, reasonerAdvantages),
                tasks(groups, challengerAdvantages, reasonerAdvantages),
                metrics(groups, sampledTokens, samplingSeconds));
    }

    /// A document's group, and the task whose attempts are the Reasoner's group (SPICE §3.1: one valid task per
    /// document).
    private record Group(PosedDocument document, List<Judged> tasks, Optional<Judged> chosen) {}

    /// A posed task with its verdicts; compared by identity, since a Challenger may pose the same task twice.
    private static final class Judged {
        final PosedTask posed;
        final Optional<AttemptedTask> attempted;
        final VerifiedAttempts verdicts;
        /// The answer of each attempt in canonical form; an empty string where it has none.
        final List<String> answers;

        Judged(PosedTask posed, Optional<AttemptedTask> attempted, VerifiedAttempts verdicts, List<String> answers) {
            this.posed = posed;
            this.attempted = attempted;
            this.verdicts = verdicts;
            this.answers = answers;
        }

        int decided() {
            return verdicts.decided();
        }

        /// The pass rate of a task with a decided attempt.
        double passRate() {
            return verdicts.passRate().orElseThrow();
        }

        /// The Challenger's reward; empty for a valid task without a decided attempt, whose difficulty is unknown.
        Optional<Double> reward() {
            if (!posed.valid()) {
                return Optional.of(Rewards.INVALID);
            }
            return decided() == 0 ? Optional.empty() : Optional.of(Rewards.challenger(verdicts.correct(), decided()));
        }
    }

    private Judged judged(PosedTask posed, Optional<AttemptedTask> attempted) {
        if (posed.task().isEmpty() || attempted.isEmpty()) {
            return new Judged(posed, Optional.empty(), new VerifiedAttempts(List.of(), List.of()), List.of());
        }
        Task task = posed.task().get();
        VerifiedAttempts verdicts = VerifiedAttempts.of(format, task, attempted.get());
        return new Judged(
                posed,
                attempted,
                verdicts,
                verdicts.answers().stream()
                        .map(answer -> answer.map(text -> AnswerVerifier.canonical(task, text))
                                .orElse(""))
                        .toList());
    }

    /// `a_i = r_i - mean(r)` over the tasks kept of a document (Eq 3).
    private Map<Judged, Double> challengerAdvantages(List<Group> groups) {
        List<List<Judged>> rewarded = groups.stream()
                .map(group -> group.tasks().stream()
                        .filter(task -> task.reward().isPresent())
                        .toList())
                .filter(tasks -> !tasks.isEmpty())
                .toList();
        double[][] advantages = centred(
                rewarded.stream()
                        .map(tasks -> tasks.stream()
                                .map(task -> task.reward().orElseThrow())
                                .toList())
                        .toList(),
                "shuffle-challenger");
        Map<Judged, Double> byTask = new HashMap<>();
        for (int g = 0; g < rewarded.size(); g++) {
            for (int i = 0; i < rewarded.get(g).size(); i++) {
                byTask.put(rewarded.get(g).get(i), advantages[g][i]);
            }
        }
        return byTask;
    }

    /// `a_k = r_k - mean(r)` over the decided attempts at the chosen task (Eq 4); 0 for an undecided one.
    private Map<Judged, double[]> reasonerAdvantages(List<Group> groups) {
        List<Judged> chosen =
                groups.stream().flatMap(group -> group.chosen().stream()).toList();
        double[][] advantages = centred(
                chosen.stream()
                        .map(task -> task.verdicts.verdicts().stream()
                                .filter(verdict -> verdict != Verdict.UNDECIDED)
                                .map(Rewards::reasoner)
                                .toList())
                        .toList(),
                "shuffle-reasoner");
        Map<Judged, double[]> byTask = new HashMap<>();
        for (int g = 0; g < chosen.size(); g++) {
            List<Verdict> verdicts = chosen.get(g).verdicts.verdicts();
            double[] spread = new double[verdicts.size()];
            int next = 0;
            for (int k = 0; k < spread.length; k++) {
                spread[k] = verdicts.get(k) == Verdict.UNDECIDED ? 0 : advantages[g][next++];
            }
            byTask.put(chosen.get(g), spread);
        }
        return byTask;
    }

    private double[][] centred(List<List<Double>> rewards, String label) {
        List<Double> batch = rewards.stream().flatMap(List::stream).toList();
        List<Double> credited = switch (settings.control()) {
            case NONE -> batch;
            case SHUFFLED_REWARDS -> ShuffledRewards.permuted(batch, seed.child(label));
        };
        double[][] advantages = new double[rewards.size()][];
        int from = 0;
        for (int g = 0; g < advantages.length; g++) {
            int to = from + rewards.get(g).size();
            advantages[g] = Advantages.centred(credited.subList(from, to).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray());
            from = to;
        }
        return advantages;
    }

    private List<Episode> episodes(List<Group> groups, Map<Judged, Double> challenger, Map<Judged, double[]> reasoner) {
        List<Episode> episodes = new ArrayList<>();
        for (Group group : groups) {
            if (settings.challenger() == ChallengerMode.TRAINED) {
                group.tasks().stream()
                        .filter(challenger::containsKey)
                        .forEach(task -> episodes.add(new Episode(
                                Role.CHALLENGER, task.posed.dialogue(), requireNonNull(challenger.get(task)))));
            }
            group.chosen().ifPresent(task -> {
                AttemptedTask attempted = task.attempted.orElseThrow();
                double[] advantages = requireNonNull(reasoner.get(task));
                for (int k = 0; k < advantages.length; k++) {
                    if (task.verdicts.verdicts().get(k) != Verdict.UNDECIDED) {
                        Attempt attempt = attempted.attempts().get(k);
                        List<Span> dialogue = List.of(
                                new Span(attempted.prompt(), new float[0]),
                                new Span(attempt.tokens(), attempt.logProbs()));
                        episodes.add(new Episode(Role.REASONER, dialogue, advantages[k]));
                    }
                }
            });
        }
        return episodes;
    }

    private static List<ScoredTask> tasks(
            List<Group> groups, Map<Judged, Double> challenger, Map<Judged, double[]> reasoner) {
        return groups.stream()
                .flatMap(group -> group.tasks().stream().map(task -> {
                    double[] advantages = reasoner.getOrDefault(
                            task, new double[task.verdicts.verdicts().size()]);
                    List<ScoredTask.ScoredAttempt> attempts = IntStream.range(
                                    0, task.verdicts.verdicts().size())
                            .mapToObj(k -> new ScoredTask.ScoredAttempt(
                                    task.attempted
                                            .orElseThrow()
                                            .attempts()
                                            .get(k)
                                            .text(),
                                    task.verdicts.verdicts().get(k),
                                    advantages[k]))
                            .toList();
                    return new ScoredTask(
                            group.document().position(),
                            task.posed.task(),
                            task.posed.refusal(),
                            task.posed.detail(),
                            task.posed.replies(),
                            task.reward().orElse(0.0),
                            challenger.getOrDefault(task, 0.0),
                            reasoner.containsKey(task),
                            SuspectGold.isSuspect(task.verdicts.verdicts(), task.answers),
                            attempts);
                }))
                .toList();
    }

    private IterationMetrics metrics(List<Group> groups, long sampledTokens, double samplingSeconds) {
        int posed = groups.stream().mapToInt(group -> group.document().posed()).sum();
        int valid = groups.stream().mapToInt(group -> group.document().valid()).sum();
        Map<Refusal, Integer> refusals = new EnumMap<>(Refusal.class);
        groups.forEach(group ->
                group.document().refusals().forEach((reason, count) -> refusals.merge(reason, count, Integer::sum)));
        Map<Repair, Integer> repairs = new EnumMap<>(Repair.class);
        groups.forEach(group ->
                group.document().repairs().forEach((repair, count) -> repairs.merge(repair, count, Integer::sum)));
        List<Judged> tasks =
                groups.stream().flatMap(group -> group.tasks().stream()).toList();
        List<Judged> decided = tasks.stream().filter(task -> task.decided() > 0).toList();
        Map<AnswerKind, KindMetrics> kinds = new TreeMap<>();
        decided.stream()
                .collect(Collectors.groupingBy(
                        task -> task.posed.task().orElseThrow().kind()))
                .forEach((kind, of) -> kinds.put(
                        kind,
                        new KindMetrics(
                                of.size(),
                                mean(of.stream().map(Judged::passRate)).orElseThrow(),
                                reward(of).orElseThrow())));
        Map<String, Integer> difficulties = new TreeMap<>();
        decided.forEach(
                task -> difficulties.merge(task.posed.task().orElseThrow().difficulty(), 1, Integer::sum));
        List<Long> challengerLengths =
                tasks.stream().map(task -> task.posed.sampledTokens()).toList();
        List<Long> reasonerLengths = tasks.stream()
                .flatMap(task -> task.attempted.stream())
                .flatMap(task -> task.attempts().stream())
                .map(attempt -> (long) attempt.tokens().length)
                .toList();
        return new IterationMetrics(
                posed,
                (double) valid / posed,
                refusals,
                repairs,
                decided.size(),
                mean(decided.stream().map(Judged::passRate)),
                reward(tasks),
                kinds,
                difficulties,
                (int) tasks.stream()
                        .filter(task -> SuspectGold.isSuspect(task.verdicts.verdicts(), task.answers))
                        .count(),
                (int) tasks.stream()
                        .flatMap(task -> task.verdicts.verdicts().stream())
                        .filter(Verdict.UNDECIDED::equals)
                        .count(),
                mean(challengerLengths.stream().map(Long::doubleValue)).orElseThrow(),
                mean(reasonerLengths.stream().map(Long::doubleValue)),
                Optional.of(diversity(groups)),
                sampledTokens,
                samplingSeconds);
    }

    private Diversity diversity(List<Group> groups) {
        List<String> questions = groups.stream()
                .flatMap(group -> group.tasks().stream())
                .flatMap(task -> task.posed.task().stream())
                .map(Task::question)
                .toList();
        return new Diversity(
                questions.size(),
                (int) questions.stream().distinct().count(),
                (int) groups.stream()
                        .filter(group -> group.tasks().stream().anyMatch(task -> task.posed.valid()))
                        .map(group -> passages.get(group.document().position()).sha256())
                        .distinct()
                        .count(),
                SelfBleu.of(questions));
    }

    private static Optional<Double> reward(List<Judged> tasks) {
        return mean(tasks.stream().flatMap(task -> task.reward().stream()));
    }

    /// Empty if there are none.
    private static Optional<Double> mean(Stream<Double> values) {
        OptionalDouble mean = values.mapToDouble(Double::doubleValue).average();
        return mean.isPresent() ? Optional.of(mean.getAsDouble()) : Optional.empty();
    }
}
