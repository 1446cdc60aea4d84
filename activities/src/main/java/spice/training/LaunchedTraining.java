package spice.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.ModelFiles;
import spice.domain.Seed;
import spice.launcher.JobFailedException;
import spice.launcher.JobProcess;
import spice.launcher.JobWatcher;
import spice.launcher.Launchers;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.ModelException;
import spice.model.Trajectory;
import spice.model.UpdateReport;
import spice.policies.ModelSettings;
import spice.settings.RunSettings;
import spice.steps.StepProgress;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.StepKey;
import spice.store.StoreException;

/// A training step as a job of another engine, such as `torchrun`. The batches and the parent checkpoint go into
/// the store in open formats; the job reads them there and leaves the next checkpoint, which is then checked.
/// `docs/launcher.md` is the contract.
///
/// Each try has its own result in the store, `snapshots/launched/vVERSION/DIGEST/NUMBER`, so an unusable result
/// does not block the next try, and a usable one is taken, whoever wrote it. Results are useless once the step is
/// committed, and are collected with the snapshots.
public final class LaunchedTraining {
    private static final Logger log = LoggerFactory.getLogger(LaunchedTraining.class);
    private static final String WEIGHTS = ".safetensors";
    private static final String WEIGHTS_INDEX = ".safetensors.index.json";

    private final BlobStore store;
    private final Launchers launchers;
    private final String prefix;
    private final Path folder;
    private final RunSettings settings;
    private final CheckpointManifest parent;
    private final List<List<Trajectory>> batches;
    private final StepProgress progress;

    /// @param folder an existing folder for files in transit
    /// @param batches at least one
    public LaunchedTraining(
            BlobStore store,
            Launchers launchers,
            StepKey step,
            Path folder,
            RunSettings settings,
            CheckpointManifest parent,
            List<List<Trajectory>> batches,
            StepProgress progress) {
        this.store = store;
        this.launchers = launchers;
        this.prefix = "snapshots/launched/v%d/%s/".formatted(step.version(), step.inputs());
        this.folder = folder;
        this.settings = settings;
        this.parent = parent;
        this.batches = batches;
        this.progress = progress;
    }

    /// The step's result: that of an earlier job if one left it, otherwise that of a new job.
    ///
    /// @param seed of what the job draws
    /// @throws JobFailedException if the job ended without a result, or with an unusable one
    public TrainedState take(Seed seed) {
        String name = settings.trainer();
        List<String> command = launchers.command(name);
        TrainingJob job = job(seed);
        List<String> results = store.list(prefix);
        for (String result : results.reversed()) {
            try {
                return accepted(at(job, result), result);
            } catch (JobFailedException | StoreException e) {
                log.warn("{} cannot be used: {}", result, e.getMessage());
            }
        }
        String result = prefix + "%08d".formatted(results.size());
        run(name, command, store.put(Json.bytes(at(job, result))));
        return accepted(at(job, result), result);
    }

    /// The job, without the place of its result.
    private TrainingJob job(Seed seed) {
        progress.now("handing %d updates over to launcher %s".formatted(batches.size(), settings.trainer()));
        Path lines = folder.resolve("batch.jsonl.gz");
        TrajectoryLines.write(lines, batches);
        LearnerSettings learner = ModelSettings.learner(settings);
        return new TrainingJob(
                TrainingJob.FORMAT,
                ObjectKeys.BLOBS,
                "",
                model(),
                // The moments of adapters are not those of weights.
                parent.optimizer().filter(_ -> !ModelFiles.hasAdapter(parent.files())),
                store.put(lines),
                IntStream.range(0, batches.size())
                        .mapToObj(i -> LearningRate.at(settings, parent.updates() + i))
                        .toList(),
                TrainingJob.Loss.of(ModelSettings.loss(settings)),
                TrainingJob.AdamWConstants.of(learner),
                learner.microBatchTokens(),
                seed.value());
    }

    /// The parent's files, with an adapter merged into the weights: jobs learn weights.
    private Map<String, BlobRef> model() {
        if (!ModelFiles.hasAdapter(parent.files())) {
            return parent.files();
        }
        Path merged = folder.resolve("merged");
        ModelFiles.fetchMerged(store, parent.files(), merged, folder);
        return ModelFiles.put(store, merged);
    }

    private static TrainingJob at(TrainingJob job, String result) {
        return new TrainingJob(
                job.format(),
                job.blobs(),
                ObjectKeys.record(result),
                job.model(),
                job.optimizer(),
                job.batch(),
                job.learningRates(),
                job.loss(),
                job.adamW(),
                job.microBatchTokens(),
                job.seed());
    }

    private void run(String name, List<String> command, BlobRef job) {
        List<String> line = Stream.concat(
                        command.stream(),
                        Stream.of("s3://%s/%s".formatted(launchers.bucket(), ObjectKeys.blob(job.sha256()))))
                .toList();
        progress.now("starting launcher " + name);
        try (JobProcess process = JobProcess.start(name, line, launchers.environment())) {
            process.await(new JobWatcher() {
                @Override
                public void said(String what) {
                    progress.now(what);
                }

                @Override
                public void look() {
                    progress.look();
                }
            });
        }
    }

    private TrainedState accepted(TrainingJob job, String record) {
        TrainingJobResult result = store.read(record)
                .map(json -> Json.read(json, TrainingJobResult.class, "result " + record))
                .orElseThrow(() -> unusable("it ended without one"));
        if (result.format() != TrainingJob.FORMAT) {
            throw unusable("it has format %d, and %d is known here".formatted(result.format(), TrainingJob.FORMAT));
        }
        if (!Json.digest(job).equals(result.job())) {
            throw unusable("it is of another job, %s".formatted(result.job()));
        }
        result.diverged().ifPresent(words -> {
            throw TrainingOutcome.diverged(words, settings);
        });
        checkReports(result.reports());
        BlobRef optimizer = result.optimizer().orElseThrow(() -> unusable("it has no optimizer"));
        progress.now("checking the result of launcher " + settings.trainer());
        Path child = folder.resolve(record.substring(prefix.length()));
        Map<String, BlobRef> files = new TreeMap<>(job.model());
        files.keySet().removeIf(LaunchedTraining::isWeights);
        result.files().forEach((name, blob) -> {
            if (!name.matches("[\\w.-]+") || !isWeights(name)) {
                throw unusable("%s is no file of weights".formatted(name));
            }
            files.put(name, blob);
        });
        ModelFiles.fetch(store, files, child);
        Path moments = child.resolveSibling(child.getFileName() + ".optimizer");
        store.copyTo(optimizer, moments);
        try {
            Learner.check(child, moments);
        } catch (ModelException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
        long updates = parent.updates() + batches.size();
        return new TrainedState(
                ModelFiles.put(store, child),
                Optional.of(store.put(moments)),
                updates,
                TrainingOutcome.metrics(result.reports(), LearningRate.at(settings, updates - 1)));
    }

    private static boolean isWeights(String name) {
        return name.endsWith(WEIGHTS) || name.endsWith(WEIGHTS_INDEX);
    }

    private void checkReports(List<UpdateReport> reports) {
        if (reports.size() != batches.size()) {
            throw unusable("it reports %d updates of %d".formatted(reports.size(), batches.size()));
        }
        for (UpdateReport report : reports) {
            if (!Double.isFinite(report.loss()) || !Double.isFinite(report.gradientNorm())) {
                throw unusable("it reports %s".formatted(report));
            }
        }
    }

    private JobFailedException unusable(String why) {
        return new JobFailedException(
                "the result of launcher %s's job cannot be used: %s".formatted(settings.trainer(), why));
    }
}
