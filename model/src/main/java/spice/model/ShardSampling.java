package spice.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.Optional;
import spice.model.Layout.Lane;

/// Draws the completions of one shard.
final class ShardSampling implements AutoCloseable {
    /// Place of `state` among the values in flight; below, places in `state`.
    private static final int STATE = 1;

    private static final int TOKENS = 0;
    private static final int LOG_PROBS = 1;
    private static final int ENDED = 4;
    private static final int LAST_TOKENS = 8;

    private final Decoder decoder;
    private final Pulse pulse;
    private final List<PromptGroup> groups;
    private final Sampling sampling;
    private final StopStrings strings;
    private final Flight flight;
    private final int positions;
    private final PtNDManager scope;
    private final NDArray stops;
    /// The values that the program keeps between calls: `at` and `state` of `decoder.py`, and the caches.
    private final TorchProgram.Held inFlight;
    /// Prompts that were read and have completions that have not begun.
    private Optional<Read> read = Optional.empty();

    private int time;

    private record Read(List<Integer> groups, TorchProgram.Held prompts) {}

    ShardSampling(Decoder decoder, Pulse pulse, List<PromptGroup> groups, Sampling sampling, StopStrings strings) {
        this.decoder = decoder;
        this.pulse = pulse;
        this.groups = groups;
        this.sampling = sampling;
        this.strings = strings;
        flight = new Flight(groups, sampling);
        positions = longest(groups) + sampling.maxNewTokens();
        scope = decoder.scope();
        stops = scope.create(decoder.config().stopTokens().stream()
                .mapToLong(Integer::longValue)
                .toArray());
        try (TorchProgram.Call call = decoder.call("begin")) {
            inFlight = call.with(uniforms()).with(decoder.weights()).held();
        }
    }

    /// The drawn tokens, a row for each completion of the shard. Values after a completion's end have no meaning.
    ///
    /// @param tokens (rows, N)
    /// @param logProbs (rows, N)
    @SuppressWarnings("ArrayRecordComponent") // cut into completions at once; never compared
    record Drawn(long[] tokens, float[] logProbs) {}

    /// Draws with one call for each decode step, so that the pulse beats between them.
    Drawn draw() {
        int live = changed(begin(flight.first()));
        try (TorchProgram.Call call = decoder.call("advance")) {
            sampled(call.with(inFlight)).with(decoder.packed());
            decoder.stepping(call, positions);
            while (live > 0) {
                pulse.beat();
                live = Math.toIntExact(call.number());
                time++;
                live = changed(finished(live));
            }
        }
        return new Drawn(
                tensor(TOKENS, scope).toLongArray(), tensor(LOG_PROBS, scope).toFloatArray());
    }

    /// Makes room in what is in flight and begins what fits; repeats this while everything ends with its first
    /// token.
    private int changed(int live) {
        int going = live;
        Layout before = flight.layout();
        Optional<Flight.Change> change = flight.next(going, time, this::endedSlots);
        while (change.isPresent()) {
            keep(before, change.get());
            if (!change.get().fresh().isEmpty()) {
                going = begin(change.get());
            }
            before = flight.layout();
            change = going == 0 ? flight.next(going, time, this::endedSlots) : Optional.empty();
        }
        return going;
    }

    private void keep(Layout before, Flight.Change change) {
        List<Lane> lanes = change.kept().lanes();
        int slots = change.kept().slots();
        Shape shape = new Shape(lanes.size(), slots);
        try (PtNDManager local = decoder.scope();
                TorchProgram.Call call = decoder.call("keep")) {
            call.with(inFlight)
                    .with(local.create(lanes.stream().mapToLong(Lane::from).toArray()))
                    .with(local.create(Flight.places(before, change.kept()), shape))
                    .with(local.create(flight.rows(lanes, slots), shape))
                    .with(change.promptTokens())
                    .with(decoder.weights())
                    .run();
        }
    }

    /// Begins the fresh lanes of a change and returns how many completions go on.
    private int begin(Flight.Change change) {
        int live = 0;
        List<Lane> known =
                change.fresh().stream().filter(lane -> isRead(lane.group())).toList();
        if (!known.isEmpty()) {
            live = admit(known, change);
        }
        List<Lane> others = change.fresh().subList(known.size(), change.fresh().size());
        if (!others.isEmpty()) {
            pulse.beat();
            read = Optional.of(read(others.stream().map(Lane::group).distinct().toList()));
            live = admit(others, change);
        }
        return finished(live);
    }

    private boolean isRead(int group) {
        return read.filter(known -> known.groups().contains(group)).isPresent();
    }

    private Read read(List<Integer> numbers) {
        List<PromptGroup> some = numbers.stream().map(groups::get).toList();
        int longest = longest(some);
        try (PtNDManager local = decoder.scope();
                TorchProgram.Call call = decoder.call("read_prompts")) {
            call.with(local.create(prompts(some, longest), new Shape(some.size(), longest)))
                    .with(local.create(some.stream()
                            .mapToLong(group -> group.prompt().length)
                            .toArray()));
            return new Read(numbers, decoder.through(call, positions).held());
        }
    }

    /// Begins lanes whose prompts have been read.
    private int admit(List<Lane> lanes, Flight.Change change) {
        pulse.beat();
        Read known = read.orElseThrow();
        int slots = change.kept().slots();
        List<Integer> still =
                change.unfinished().filter(known.groups()::contains).stream().toList();
        try (PtNDManager local = decoder.scope();
                TorchProgram.Call call = decoder.call("admit")) {
            call.with(inFlight)
                    .with(known.prompts())
                    .with(local.create(lanes.stream()
                            .mapToLong(lane -> known.groups().indexOf(lane.group()))
                            .toArray()))
                    .with(local.create(flight.rows(lanes, slots), new Shape(lanes.size(), slots)))
                    .with(local.create(
                            still.stream().mapToLong(known.groups()::indexOf).toArray()))
                    .with(longest(
                            lanes.stream().map(Lane::group).map(groups::get).toList()));
            int live = Math.toIntExact(sampled(call).with(decoder.weights()).number());
            if (still.isEmpty()) {
                known.prompts().close();
            }
            read = still.isEmpty() ? Optional.empty() : Optional.of(new Read(still, known.prompts()));
            return live;
        }
    }

    /// Ends the completions whose last token completes a stop string, and returns how many go on.
    private int finished(int live) {
        if (strings.isEmpty() || live == 0) {
            return live;
        }
        try (PtNDManager local = decoder.scope();
                TorchProgram.Call call = decoder.call("finish")) {
            long[] ended = strings.ended(
                    flight.layout(), time, tensor(LAST_TOKENS, local).toLongArray());
            return ended.length == 0
                    ? live
                    : Math.toIntExact(
                            call.with(local.create(ended)).with(inFlight, STATE).number());
        }
    }

    private boolean[] endedSlots() {
        try (PtNDManager local = decoder.scope()) {
            return tensor(ENDED, local).toBooleanArray();
        }
    }

    private PtNDArray tensor(int number, PtNDManager local) {
        return inFlight.tensors(STATE, local).get(number);
    }

    private TorchProgram.Call sampled(TorchProgram.Call call) {
        return call.with(sampling.temperature())
                .with(sampling.topK())
                .with(sampling.topP())
                .with(sampling.minP())
                .with(stops);
    }

    private static int longest(List<PromptGroup> groups) {
        return groups.stream().mapToInt(group -> group.prompt().length).max().orElseThrow();
    }

    /// The prompts (G, P), padded on the right with token 0, which no real position attends to.
    private static long[] prompts(List<PromptGroup> groups, int longest) {
        long[] tokens = new long[groups.size() * longest];
        for (int group = 0; group < groups.size(); group++) {
            int[] prompt = groups.get(group).prompt();
            for (int i = 0; i < prompt.length; i++) {
                tokens[group * longest + i] = prompt[i];
            }
        }
        return tokens;
    }

    /// Uniform numbers (completions + 1, N); the last row serves the empty slots.
    private NDArray uniforms() {
        int tokens = sampling.maxNewTokens();
        double[] values = new double[(flight.completions() + 1) * tokens];
        int at = 0;
        for (PromptGroup group : groups) {
            for (long seed : group.seeds()) {
                for (int token = 0; token < tokens; token++) {
                    values[at++] = Uniforms.uniform(seed, token);
                }
            }
        }
        return scope.create(values, new Shape(flight.completions() + 1, tokens));
    }

    @Override
    public void close() {
        read.ifPresent(known -> known.prompts().close());
        inFlight.close();
        scope.close();
    }
}
