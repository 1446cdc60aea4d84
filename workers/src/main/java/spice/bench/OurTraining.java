package spice.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.model.Devices;
import spice.model.Learner;
import spice.model.Pulse;
import spice.model.Trajectory;
import spice.model.UpdateReport;

/// Gradient updates as a training step takes them.
final class OurTraining implements OurSide.Workload {
    private final Job job;
    private final Learner learner;
    private final List<Trajectory> batch;

    OurTraining(Job job) {
        this.job = job;
        batch = IntStream.range(0, job.tokens().length)
                .mapToObj(row -> trajectory(job, row))
                .toList();
        learner = Learner.open(
                Path.of(job.folder()), Optional.empty(), job.learner(), Devices.parse(job.device()), Pulse.NONE);
    }

    private static Trajectory trajectory(Job job, int row) {
        int[] tokens = job.tokens()[row];
        boolean[] trained = new boolean[tokens.length];
        Arrays.fill(trained, 1, tokens.length, true);
        return new Trajectory(
                tokens, trained, job.samplerLogProbs()[row], job.advantages()[row], 1.0 / job.tokens().length);
    }

    @Override
    public OurSide.Done run(Order order) {
        long tokens = 0;
        SideAnswer.Computed work = SideAnswer.Computed.NONE;
        for (int i = 0; i < job.repeats(); i++) {
            UpdateReport report = learner.update(batch, Optional.empty(), job.loss(), job.learningRate());
            tokens += report.tokens();
            work = SideAnswer.Computed.trained(report.loss(), report.gradientNorm(), report.entropy());
        }
        return new OurSide.Done(tokens, work);
    }

    @Override
    public void close() {
        learner.close();
    }
}
