package spice.pretrain;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import spice.domain.Seed;
import spice.formats.NanoFormat;
import spice.model.Learner;
import spice.model.TextCodec;
import spice.model.Trajectory;

/// The supervised steps that turn a fresh model into the nano base.
final class WarmStart {
    /// Steps between two lines of progress.
    private static final int REPORTED = 50;

    private static final int SHORTEST_LEDGERS = 2;

    private WarmStart() {}

    /// Teaches the learner the nano language.
    static void teach(Learner learner, TextCodec codec, PretrainSettings settings, PrintStream progress) {
        WarmStartText text = new WarmStartText(new Seed(settings.seed()), BaseHabit.NANO);
        long start = System.nanoTime();
        double loss = 0;
        for (int step = 0; step < settings.steps(); step++) {
            List<Trajectory> rows = text.rows(step, settings.rows(), longestLedger(step, settings)).stream()
                    .map(row -> trajectory(row, codec))
                    .toList();
            loss += learner.imitate(rows, settings.learningRate(step));
            if ((step + 1) % REPORTED == 0) {
                long seconds = (System.nanoTime() - start) / 1_000_000_000;
                progress.printf(
                        "step %,d of %,d · loss %.3f · %d s%n", step + 1, settings.steps(), loss / REPORTED, seconds);
                loss = 0;
            }
        }
    }

    /// The longest ledger of a step, in lines: it grows linearly from two to what the nano format shows.
    static int longestLedger(int step, PretrainSettings settings) {
        return step < settings.growingSteps()
                ? SHORTEST_LEDGERS + (NanoFormat.MAX_LINES - SHORTEST_LEDGERS) * step / settings.growingSteps()
                : NanoFormat.MAX_LINES;
    }

    /// The row in tokens; the loss is on the reply alone.
    static Trajectory trajectory(WarmStartText.TextRow row, TextCodec codec) {
        int[] prompt = codec.encode(row.prompt());
        int[] reply = codec.encode(row.reply());
        int length = prompt.length + reply.length;
        int[] tokens = Arrays.copyOf(prompt, length);
        System.arraycopy(reply, 0, tokens, prompt.length, reply.length);
        boolean[] trained = new boolean[length];
        Arrays.fill(trained, prompt.length, length, true);
        return new Trajectory(tokens, trained, new float[length], 0, 1);
    }
}
