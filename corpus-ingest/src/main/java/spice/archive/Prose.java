package spice.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.ledger.LedgerLine;

/// Text patterns under `[section]` headings, with `{slots}` to fill.
final class Prose {
    private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");
    private static final Map<String, List<String>> WORDS = words();

    private final Map<String, List<String>> sections;

    private Prose(Map<String, List<String>> sections) {
        this.sections = sections;
    }

    /// The patterns for this kind of writing.
    static Prose of(WritingKind kind) {
        return new Prose(read(kind.word() + ".txt"));
    }

    /// A word for this slot.
    static String word(String slot, RandomGenerator random) {
        List<String> words = Objects.requireNonNull(WORDS.get(slot), slot);
        return words.get(random.nextInt(words.size()));
    }

    /// This many different texts of a section, or all that it has, in random order and with filled slots.
    ///
    /// @param fixed the words for certain slots, such as the year
    List<String> draw(String section, int count, Map<String, String> fixed, RandomGenerator random) {
        List<String> patterns = new ArrayList<>(Objects.requireNonNull(sections.get(section), section));
        Collections.shuffle(patterns, random);
        return patterns.stream()
                .limit(count)
                .map(pattern -> fill(pattern, fixed, random))
                .toList();
    }

    /// Uses no word twice in one text, so that nobody writes to himself.
    private static String fill(String pattern, Map<String, String> fixed, RandomGenerator random) {
        Set<String> used = new HashSet<>();
        return SLOT.matcher(pattern).replaceAll(slot -> {
            String word = fixed.get(slot.group(1));
            while (word == null) {
                String drawn = word(slot.group(1), random);
                word = used.add(drawn) ? drawn : null;
            }
            return Matcher.quoteReplacement(word);
        });
    }

    private static Map<String, List<String>> words() {
        Map<String, List<String>> words = read("words.txt");
        words.put("item", LedgerLine.ITEMS);
        return words;
    }

    private static Map<String, List<String>> read(String resource) {
        try (InputStream in = Objects.requireNonNull(Prose.class.getResourceAsStream(resource), resource)) {
            Map<String, List<String>> sections = new LinkedHashMap<>();
            List<String> section = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("[")) {
                    section = new ArrayList<>();
                    sections.put(line.substring(1, line.length() - 1), section);
                } else if (!line.isBlank()) {
                    section.add(line);
                }
            }
            return sections;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
