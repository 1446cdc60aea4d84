package spice.roles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text with `{{named}}` places, from a resource file beside this class.
record Template(String name, String text) {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    static Template of(String name) {
        try (InputStream resource = Template.class.getResourceAsStream(name + ".md")) {
            if (resource == null) {
                throw new IllegalArgumentException("there is no template " + name);
            }
            return new Template(name, new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The text with every place filled. One pass: what is filled in is not searched for places again, whatever a
    /// document holds.
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
