package spice.archive;

import static spice.domain.Check.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.domain.Seed;
import spice.ledger.LedgerLine;
import spice.ledger.LedgerSampler;
import spice.ledger.Level;
import spice.store.WholeFile;

/// Writes the spice merchant's archive: a few hundred documents in eight formats, each with ten to fourteen ledger
/// lines among its prose. `training/` is for self-play. `held-out/` has operand pairs that do not occur in
/// `training/` ([spice.ledger.OperandSplit]), and `held-out.jsonl` asks for some of them.
public final class SpiceArchive {
    /// Folder in the archive: the documents that self-play reads.
    public static final String TRAINING = "training";
    /// Folder in the archive: the documents that self-play must not read.
    public static final String HELD_OUT = "held-out";
    /// File in the archive: one [HeldOutQuestion] a line.
    public static final String QUESTIONS = "held-out.jsonl";

    private static final List<Level> LEVELS = List.of(Level.values());
    private static final List<WritingKind> KINDS = List.of(WritingKind.values());
    private static final int TRAINING_DOCUMENTS = 320;
    private static final int HELD_OUT_DOCUMENTS = 40;
    private static final int HELD_OUT_LINES = 12;
    private static final int ASKED_PER_DOCUMENT = 9;
    private static final int WRITINGS_OF_A_VOLUME = 100;

    private SpiceArchive() {}

    /// Writes the archive of this seed; the same seed gives the same bytes.
    ///
    /// @param folder does not exist yet, and appears whole or not at all
    /// @throws IllegalArgumentException if it exists
    public static void write(Path folder, Seed seed) {
        require(Files.notExists(folder), "%s exists; name a new folder for the archive or remove it", folder);
        try (WholeFile whole = WholeFile.beside(folder)) {
            writeTo(Files.createDirectory(whole.unfinished()), seed);
            whole.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the archive %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /// Writes documents as long as manuals, in all formats in turn. Each consists of many of the merchant's
    /// writings. The same seed gives the same bytes.
    ///
    /// @param folder to write into
    /// @param volumes number of documents
    public static void writeVolumes(Path folder, Seed seed, int volumes) {
        try {
            Files.createDirectories(folder);
            for (int i = 0; i < volumes; i++) {
                RandomGenerator random = seed.child("volume", i).random();
                WritingFormat format = WritingFormat.ALL.get(i % WritingFormat.ALL.size());
                Path file = folder.resolve("volume-%03d.%s".formatted(i, format.extension()));
                Files.write(file, format.render(volume(i, random)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write volumes to %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static Writing volume(int number, RandomGenerator random) {
        List<Writing> bound = Stream.generate(
                        () -> Scribe.compose(KINDS.get(random.nextInt(KINDS.size())), trainingLines(random), random))
                .limit(WRITINGS_OF_A_VOLUME)
                .toList();
        Writing first = bound.getFirst();
        return new Writing(
                "Volume " + number,
                first.author(),
                first.addressee(),
                first.date(),
                bound.stream().flatMap(writing -> writing.blocks().stream()).toList());
    }

    private static void writeTo(Path folder, Seed seed) throws IOException {
        for (int i = 0; i < TRAINING_DOCUMENTS; i++) {
            RandomGenerator random = seed.child(TRAINING, i).random();
            document(folder, TRAINING, i, trainingLines(random), random);
        }
        Set<LedgerLine> heldOut = new HashSet<>();
        StringBuilder questions = new StringBuilder();
        for (int i = 0; i < HELD_OUT_DOCUMENTS; i++) {
            RandomGenerator random = seed.child(HELD_OUT, i).random();
            List<LedgerLine> lines = heldOutLines(random, heldOut);
            List<LedgerLine> asked = lines.subList(0, ASKED_PER_DOCUMENT);
            List<LedgerLine> shuffled = new ArrayList<>(lines);
            Collections.shuffle(shuffled, random);
            String source = document(folder, HELD_OUT, i, shuffled, random);
            asked.forEach(line -> questions
                    .append(json(
                            new HeldOutQuestion(source, line.task(line.level().word()))))
                    .append('\n'));
        }
        Files.writeString(folder.resolve(QUESTIONS), questions);
    }

    /// Two pages, so that each half of a document that is cut in two still has every level.
    private static List<LedgerLine> trainingLines(RandomGenerator random) {
        return Stream.of(random.nextInt(5, 8), random.nextInt(5, 8))
                .flatMap(lines -> LedgerSampler.page(random, lines, false).stream())
                .toList();
    }

    /// Lines that no other held-out document has, of each level in turn.
    private static List<LedgerLine> heldOutLines(RandomGenerator random, Set<LedgerLine> used) {
        return IntStream.range(0, HELD_OUT_LINES)
                .mapToObj(i -> Stream.generate(() -> LedgerSampler.draw(random, LEVELS.get(i % LEVELS.size()), true))
                        .filter(used::add)
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /// Writes one document and returns its path below the archive.
    private static String document(
            Path archive, String part, int number, List<LedgerLine> lines, RandomGenerator random) throws IOException {
        WritingFormat format = WritingFormat.ALL.get(number % WritingFormat.ALL.size());
        WritingKind kind = KINDS.get(random.nextInt(KINDS.size()));
        Writing writing = Scribe.compose(kind, lines, random);
        String name = "%s/%d/%s.%s"
                .formatted(part, writing.date().getYear(), name(kind, writing, number, random), format.extension());
        Path file = archive.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, format.render(writing));
        return name;
    }

    /// A name in one of the styles in which people name files; the number makes it unique. ASCII only: some locales
    /// cannot encode more.
    private static String name(WritingKind kind, Writing writing, int number, RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> "%s-%03d".formatted(kind.word(), number);
            case 1 -> "%s %s %d".formatted(writing.date(), kind.word().replace('-', ' '), number);
            case 2 ->
                "%s_%s_%d"
                        .formatted(kind.word(), writing.date().getMonth(), number)
                        .toUpperCase(Locale.ROOT);
            default -> "%s for %s (%d)".formatted(kind.word(), Prose.word("place", random), number);
        };
    }

    private static String json(HeldOutQuestion question) {
        try {
            return new ObjectMapper().writeValueAsString(question);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
