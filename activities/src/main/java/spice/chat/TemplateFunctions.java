package spice.chat;

import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/// The functions that chat templates may call besides Jinja's own. Public, and its methods too, since jinjava finds
/// them by reflection.
public final class TemplateFunctions {
    /// Templates that print the date would make another prompt, and another result under the same name, of the same
    /// step on the next day.
    static final ZonedDateTime TODAY = ZonedDateTime.of(2025, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private TemplateFunctions() {}

    /// Ends the rendering, by the template's own word.
    public static String raiseException(String message) {
        throw new UnusableTemplate("it says: " + message);
    }

    /// The same day always.
    public static String strftimeNow(String format) {
        return StrftimeFormatter.format(TODAY, format);
    }
}
