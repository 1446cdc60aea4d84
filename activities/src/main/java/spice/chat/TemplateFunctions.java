package spice.chat;

import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/// The functions that chat templates may call besides Jinja's own. The class and its methods are public because
/// jinjava finds them by reflection.
public final class TemplateFunctions {
    /// The date that every template sees. The real date would give the same step another prompt, and so another
    /// result under the same name, on the next day.
    static final ZonedDateTime TODAY = ZonedDateTime.of(2025, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private TemplateFunctions() {}

    /// Ends the rendering at the template's own request.
    public static String raiseException(String message) {
        throw new UnusableTemplate("it says: " + message);
    }

    /// Formats [#TODAY].
    public static String strftimeNow(String format) {
        return StrftimeFormatter.format(TODAY, format);
    }
}
