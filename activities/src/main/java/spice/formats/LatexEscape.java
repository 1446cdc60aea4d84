package spice.formats;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Backslashes in JSON that are meant for LaTeX. Models write `"8 \times \frac{3}{4}"`, which JSON reads without an
/// error: as a tab, `imes`, a form feed and `rac{3}{4}`.
final class LatexEscape {
    /// Commands of LaTeX, amsmath and amssymb that begin like JSON's `\n`. `\ni` is not among them: it begins the
    /// line `i)` of a list far more often.
    private static final Set<String> AFTER_LINE_END = words("""
            nabla natural ncong ne nearrow neg negmedspace negthickspace negthinspace neq nequiv newcommand
            newline nexists ngeq ngeqq ngeqslant ngtr nicefrac nleftarrow nLeftarrow nleftrightarrow
            nLeftrightarrow nleq nleqq nleqslant nless nmid nobreak nobreakspace noindent nolimits nonumber
            norm normalsize not notag notin notni nparallel nprec npreceq nrightarrow nRightarrow nshortmid
            nshortparallel nsim nsubseteq nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft
            ntrianglelefteq ntriangleright ntrianglerighteq nu num nvdash nvDash nVdash nVDash nwarrow
            """);

    /// Likewise for `\t`.
    private static final Set<String> AFTER_TAB = words("""
            tag tan tanh tau tbinom tensor text textasciitilde textbackslash textbf textcircled textcolor
            textdegree textdollar texteuro textit textmd textnormal textrm textsc textsf textsl textsterling
            textstyle textsubscript textsuperscript texttt textup tfrac therefore theta thickapprox thicksim
            thickspace thinspace tilde times tiny to top tr triangle triangledown triangleleft
            trianglelefteq triangleq triangleright trianglerighteq tt twoheadleftarrow twoheadrightarrow
            """);

    /// An escape that JSON allows, with the letters behind the backslash.
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:[\\\\\"/]|u\\p{XDigit}{4}|([bfnrt][A-Za-z]*))");

    private LatexEscape() {}

    private static Set<String> words(String list) {
        return Set.of(list.strip().split("\\s+"));
    }

    /// The text with a second backslash before each command of LaTeX. JSON's line ends and tabs stay where the
    /// letters are no command: before the capital of a new sentence, between the cells of a table, before code.
    /// Backspaces, form feeds, and carriage returns before a letter are never meant.
    static String asMeant(String object) {
        return ESCAPE.matcher(object).replaceAll(escape -> {
            String letters = escape.group(1);
            boolean isLatex = letters != null
                    && switch (letters.charAt(0)) {
                        case 'n' -> AFTER_LINE_END.contains(letters);
                        case 't' -> AFTER_TAB.contains(letters);
                        case 'r' -> letters.length() > 1;
                        default -> true;
                    };
            return Matcher.quoteReplacement((isLatex ? "\\" : "") + escape.group());
        });
    }
}
