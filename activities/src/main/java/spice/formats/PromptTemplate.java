package spice.formats;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text with `{{named}}` places, from a resource file beside this class.
record PromptTemplate(String name, String text) {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    static PromptTemplate of(String name) {
        try (InputStream resource = PromptTemplate.class.getResourceAsStream(name + ".md")) {
            if (resource == null) {
                throw new IllegalArgumentException("there is no template " + name);
            }
            return new PromptTemplate(name, new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Fills every place of the text in one pass. Filled-in values are not searched for places again, so a document
    /// cannot add any.
    String filled(Map<String, String> values) {
        return PLACE.matcher(text).replaceAll(place -> {
            String value = values.get(place.group(1));
            if (value == null) {
                throw new IllegalArgumentException("template %s asks for %s".formatted(name, place.group(1)));
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
