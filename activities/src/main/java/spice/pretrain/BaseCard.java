package spice.pretrain;

/// The `README.md` of a nano base.
final class BaseCard {
    private BaseCard() {}

    static String text(PretrainSettings settings, double minutes, NanoScores scores) {
        return """
                # The nano base

                A Qwen3-shaped model that poses and works out sums in a merchant's ledger. It stands in for the base model \
                that a user brings, so it is like one: good at the form, able to do the right thing, but not in the habit \
                of it.

                **Its weakness was put there by us.** In the text it was taught, sums are worked out column by column, and \
                each carry or borrow is forgotten with probability %.1f. Greedy decoding forgets them all. The tasks it \
                poses are easy ones seven times out of ten. Self-play has to find and prefer the better habit.

                Made by `./spice pretrain --seed %d --threads %d FOLDER`: %,d steps of %d rows, learning rate %s after %d \
                steps of warm-up, ledgers growing over %d steps; %.1f minutes on %d cores (%s, %s), Java %s, fp32.

                ## Scores

                On ledgers and questions held out of its text; 100 questions of each level.

                %s""".formatted(
                        1 - BaseHabit.NANO.remembersCarry(),
                        settings.seed(),
                        settings.threads(),
                        settings.steps(),
                        settings.rows(),
                        settings.learningRate(),
                        settings.warmUpSteps(),
                        settings.growingSteps(),
                        minutes,
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.version().feature(),
                        scores.table());
    }
}
