package spice.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.checkpoints.Checkpoints;
import spice.domain.AnswerKind;
import spice.domain.Task;
import spice.formats.NanoFormat;
import spice.local.LocalSettings;
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
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.cache.BlobCache;
import spice.store.cache.CachedBlobStore;
import spice.store.s3.S3BlobStore;

/// `spice ask`: one question to a checkpoint, greedily.
@Command(
        name = "ask",
        description = "Ask a checkpoint one question.",
        footer = {
            "",
            "Example: spice ask --lineage demo \"saffron 347 plus 285\"",
            "Example: spice ask --model ~/models/Qwen3-0.6B \"Which river flows through Vienna?\""
        })
final class AskCommand implements Callable<Integer> {
    /// The cache belongs to the workers, which limit how much of it is kept.
    private static final long UNLIMITED = Long.MAX_VALUE;

    private static final String NANO = "nano";
    private static final Pattern COMPANION = Pattern.compile(".*\\.(json|jinja)");

    @Parameters(paramLabel = "QUESTION", description = "The question, as the Reasoner would see it.")
    private String question = "";

    @Option(names = "--lineage", description = "Ask the last checkpoint of this lineage; without it, a model.")
    private @Nullable String lineage;

    @Option(
            names = "--model",
            defaultValue = "nano",
            paramLabel = "MODEL",
            description = "A model's folder, s3://bucket/prefix, stored/DIGEST, or a name below the models folder"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model = "nano";

    @Option(
            names = "--roles",
            description =
                    "How the model is asked: ${COMPLETION-CANDIDATES} (default: nano in a folder of that name, else json).")
    private RunSettings.@Nullable RoleStyle roles;

    @Option(names = "--tokens", description = "Longest reply (default: the run's reasonerTokens, or its preset's).")
    private @Nullable Integer tokens;

    @Override
    public Integer call() {
        LocalSettings local = LocalSettings.ofThisProcess();
        if (lineage == null) {
            return ModelArgument.inFolder(model, local, System.err::println, folder -> asked(folder, local));
        }
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
            answer(Player.of(store, last, policies.policy(last, settings), settings), settings);
        }
        return ExitCode.OK;
    }

    private int asked(Path folder, LocalSettings local) {
        boolean isNano =
                roles == null ? Path.of(model).normalize().endsWith(NANO) : roles == RunSettings.RoleStyle.NANO;
        RunSettings settings = RunOptions.checked(RunOptions.object(Map.of("preset", isNano ? NANO : "own")));
        try (LanguageModel policy = LanguageModel.open(
                folder, Dtype.FLOAT32, Runtime.getRuntime().availableProcessors(), local.devices())) {
            switch (settings.roles()) {
                case NANO -> answer(new Player(policy, new NanoFormat()), settings);
                case JSON -> {
                    // The store keeps what came of the model's chat template.
                    try (S3BlobStore store = S3BlobStore.open(local.s3())) {
                        answer(Player.inJson(store, withoutWeights(folder, store), policy), settings);
                    }
                }
            }
        }
        return ExitCode.OK;
    }

    private static Map<String, BlobRef> withoutWeights(Path folder, BlobStore store) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file ->
                            COMPANION.matcher(file.getFileName().toString()).matches())
                    .collect(Collectors.toMap(file -> file.getFileName().toString(), store::put));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(Player player, RunSettings settings) {
        Policy policy = player.policy();
        Task task = new Task(AnswerKind.STRING, question, List.of(), "", List.of(), "", "");
        PromptGroup prompt =
                new PromptGroup(policy.codec().encode(player.format().reasonerPrompt(task)), new long[] {0});
        int[] reply = policy.sample(
                        List.of(prompt), new Sampling(0, tokens == null ? settings.reasonerTokens() : tokens))
                .getFirst()
                .getFirst()
                .tokens();
        String text = policy.codec().decode(reply);
        System.out.println(text);
        System.out.println("answer: " + player.format().finalAnswer(text).orElse("none that can be read"));
    }
}
