package spice.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.checkpoints.Checkpoints;
import spice.domain.AnswerKind;
import spice.domain.Task;
import spice.formats.NanoFormat;
import spice.local.LocalSettings;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.LanguageModel;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Sampling;
import spice.policies.Host;
import spice.policies.LoadedPolicies;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.roles.Player;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.store.cache.BlobCache;
import spice.store.cache.CachedBlobStore;
import spice.store.s3.S3BlobStore;

/// `spice ask`: one question to a checkpoint, greedily.
@Command(
        name = "ask",
        description = "Ask a checkpoint one question.",
        footer = {"", "Example: spice ask --lineage demo \"saffron 347 plus 285\""})
final class AskCommand implements Callable<Integer> {
    /// The cache belongs to the workers, which limit how much of it is kept.
    private static final long UNLIMITED = Long.MAX_VALUE;

    @Parameters(paramLabel = "QUESTION", description = "The question, as the Reasoner would see it.")
    private String question = "";

    @Option(names = "--lineage", description = "Ask the last checkpoint of this lineage; without it, the model folder.")
    private @Nullable String lineage;

    @Option(
            names = "--model",
            defaultValue = "models/nano",
            description = "A nano model's folder (default: ${DEFAULT-VALUE}).")
    private Path model = Path.of("models/nano");

    @Option(names = "--tokens", defaultValue = "30", description = "Longest reply (default: ${DEFAULT-VALUE}).")
    private int tokens = 30;

    @Override
    public Integer call() {
        if (lineage == null) {
            try (LanguageModel policy = LanguageModel.open(model, Dtype.FLOAT32, 1, Devices.CPU)) {
                answer(new Player(policy, new NanoFormat()));
            }
            return ExitCode.OK;
        }
        LocalSettings local = LocalSettings.ofThisProcess();
        try (S3BlobStore store = S3BlobStore.open(local.s3());
                BlobCache cache = BlobCache.open(local.cache(), UNLIMITED, Clock.systemUTC());
                LoadedPolicies policies = new LoadedPolicies(
                        new CachedBlobStore(store, cache), cache.ownFolder(), Host.of(local.devices()), false)) {
            Checkpoints checkpoints = new Checkpoints(store);
            CheckpointRef last = checkpoints
                    .last(lineage)
                    .orElseThrow(() -> new UserError(
                            "there is no lineage %s; ask one of %s".formatted(lineage, checkpoints.lineages()),
                            ExitCode.BAD_INPUT));
            RunSettings settings = checkpoints.runs(lineage).getLast().settings();
            answer(Player.of(store, last, policies.policy(last, settings), settings));
        }
        return ExitCode.OK;
    }

    private void answer(Player player) {
        Policy policy = player.policy();
        Task task = new Task(AnswerKind.STRING, question, List.of(), "", List.of(), "", "");
        PromptGroup prompt =
                new PromptGroup(policy.codec().encode(player.format().reasonerPrompt(task)), new long[] {0});
        int[] reply = policy.sample(List.of(prompt), new Sampling(0, tokens))
                .getFirst()
                .getFirst()
                .tokens();
        String text = policy.codec().decode(reply);
        System.out.println(text);
        System.out.println("answer: " + player.format().finalAnswer(text).orElse("none that can be read"));
    }
}
