package spice.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import spice.checkpoints.CheckpointFolders;
import spice.checkpoints.Checkpoints;
import spice.local.LocalSettings;
import spice.model.ModelFolder;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.CheckpointRef;
import spice.store.s3.S3BlobStore;

/// `spice export`: writes a checkpoint's model as a folder.
@Command(
        name = "export",
        description = "Write a checkpoint's model as a folder that transformers, vLLM and `spice run --model` open.",
        footer = {
            "",
            "A model that learned with adapters has them in adapter/, as PEFT and vLLM load them, beside the base.",
            "--merged writes one model for programs without adapters: in float32, on which nothing of them is lost.",
            "Example: spice export mine@12 ~/models/mine-12"
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = CheckpointArgument.DESCRIPTION)
    private String name = "";

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where to write it; not there yet, or empty.")
    private Path folder = Path.of("");

    @Option(names = "--merged", description = "Merge an adapter into the weights, which are then float32.")
    private boolean merged;

    @Override
    public Integer call() {
        Path target = folder.toAbsolutePath().normalize();
        try (S3BlobStore store = S3BlobStore.open(LocalSettings.ofThisProcess().s3())) {
            CheckpointRef checkpoint = CheckpointArgument.find(new Checkpoints(store), name);
            requireRoom(target);
            new CheckpointFolders(store, target.resolveSibling("")).export(checkpoint, target, merged);
            spec.commandLine()
                    .getOut()
                    .println("%s is in %s: %s".formatted(checkpoint.name(), target, String.join(", ", files(target))));
            if (ModelFolder.hasAdapter(target)) {
                spec.commandLine()
                        .getOut()
                        .println(
                                "the weights are the base, and adapter/ is what was learned: load both, or export with --merged");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(target), e);
        }
        return ExitCode.OK;
    }

    private static void requireRoom(Path target) throws IOException {
        if (Files.isDirectory(target) ? !files(target).isEmpty() : Files.exists(target)) {
            throw new UserError(
                    "%s is there and not empty; name a folder that is not there yet".formatted(target),
                    ExitCode.BAD_INPUT);
        }
        Files.createDirectories(target.resolveSibling(""));
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
