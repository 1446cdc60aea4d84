package spice.parity;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import spice.activities.ScriptedIteration;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.ModelFiles;
import spice.checkpoints.StoredModel;
import spice.model.Devices;
import spice.policies.Host;
import spice.processes.ProcessMemory;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3ProxyProcess;

/// A [ScriptedIteration] in its own process, with a worker's heap, on an S3 server: `LargeIteration ENDPOINT MODEL
/// SETTINGS FOLDER`. It leaves the next model in `FOLDER/next` and prints a [Report].
final class LargeIteration {
    private LargeIteration() {}

    /// @param rightShare share of right answers; their length decides
    /// @param gradientNorm gradient norm of the update
    /// @param changed whether the weights differ from the base's
    /// @param peakBytes peak memory of this process
    record Report(int answers, double rightShare, double gradientNorm, boolean changed, long peakBytes) {}

    public static void main(String[] arguments) {
        try {
            run(arguments);
            // The activities' test environment leaves threads behind.
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[3]);
        Host host = new Host(Devices.CPU, 1, OptionalLong.empty());
        try (S3BlobStore store = S3BlobStore.open(S3ProxyProcess.bucketAt(URI.create(arguments[0]), "large"))) {
            String model =
                    StoredModel.put(store, Path.of(arguments[1]), (_, _) -> {}).orElseThrow();
            RunSettings settings = SettingsReader.read(arguments[2].replace("MODEL", model));
            ScriptedIteration.Outcome outcome;
            try (ScriptedIteration iteration = new ScriptedIteration(store, folder.resolve("scratch"), host)) {
                outcome = iteration.run(settings, _ -> {});
            }
            ModelFiles.fetch(
                    store, new Checkpoints(store).manifest(outcome.next()).files(), folder.resolve("next"));
            System.out.println(new String(Json.bytes(report(store, outcome)), StandardCharsets.UTF_8));
        }
    }

    private static Report report(BlobStore store, ScriptedIteration.Outcome outcome) throws IOException {
        Checkpoints checkpoints = new Checkpoints(store);
        String weights = "model.safetensors";
        return new Report(
                outcome.attempted().getFirst().attempts().size(),
                outcome.judged().metrics().passRate().orElseThrow(),
                outcome.trained().metrics().gradientNorm().orElseThrow(),
                !checkpoints
                        .manifest(outcome.next())
                        .files()
                        .get(weights)
                        .equals(checkpoints.manifest(outcome.start()).files().get(weights)),
                ProcessMemory.peak(ProcessHandle.current().pid()).orElseThrow());
    }
}
