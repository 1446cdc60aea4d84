package spice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import spice.store.Json;

/// Our side of the comparison with PyTorch, as a process: `OurSide JOB.json`. It speaks the protocol of `peer.py`.
final class OurSide {
    private OurSide() {}

    /// Work that can be repeated.
    interface Workload extends AutoCloseable {
        /// Does the work once. The caller takes the time.
        Done run(Order order);

        @Override
        void close();
    }

    /// Result of doing the work once.
    ///
    /// @param count tokens
    record Done(long count, SideAnswer.Computed work) {}

    public static void main(String[] arguments) throws IOException {
        Job job = Json.read(Files.readAllBytes(Path.of(arguments[0])), Job.class, arguments[0]);
        Speech speech = new Speech(System.out);
        try (Workload workload = open(job);
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            speech.introduce();
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                Order order = Json.read(line.getBytes(StandardCharsets.UTF_8), Order.class, "an order");
                long start = System.nanoTime();
                Done done = workload.run(order);
                speech.answer(done.count(), start, done.work());
            }
        }
    }

    private static Workload open(Job job) {
        return switch (job.part()) {
            case Job.TRAIN -> new OurTraining(job);
            case Job.SAMPLE, Job.GENERATE -> new OurSampling(job);
            default -> throw new IllegalArgumentException("there is no part " + job.part());
        };
    }
}
