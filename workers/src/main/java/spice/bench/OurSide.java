package spice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import spice.store.Json;

/// Our side of the comparison with PyTorch, a process of its own: `OurSide JOB.json`. It speaks as `peer.py` does.
final class OurSide {
    private OurSide() {}

    /// Work that can be done again and again.
    interface Bench extends AutoCloseable {
        /// Does it once; how long it took is not its to say.
        Done run(Order order);

        @Override
        void close();
    }

    /// @param count tokens
    record Done(long count, Answer.Work work) {}

    public static void main(String[] arguments) throws IOException {
        Job job = Json.read(Files.readAllBytes(Path.of(arguments[0])), Job.class, arguments[0]);
        PrintStream out = System.out;
        try (Bench bench = open(job);
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            say(out, new Introduction("Java " + Runtime.version().feature()));
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                Order order = Json.read(line.getBytes(StandardCharsets.UTF_8), Order.class, "an order");
                long start = System.nanoTime();
                Done done = bench.run(order);
                say(out, new Answer(done.count(), (System.nanoTime() - start) / 1e9, done.work()));
            }
        }
    }

    private static Bench open(Job job) {
        return switch (job.part()) {
            case Job.TRAIN -> new OurTraining(job);
            case Job.SAMPLE, Job.GENERATE -> new OurSampling(job);
            default -> throw new IllegalArgumentException("there is no part " + job.part());
        };
    }

    private static void say(PrintStream out, Object value) {
        out.println(new String(Json.bytes(value), StandardCharsets.UTF_8));
        out.flush();
    }
}
