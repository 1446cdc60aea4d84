package spice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import spice.settings.SettingsReader;
import spice.settings.SettingsTable;
import spice.settings.SettingsTable.Group;
import spice.settings.SettingsTable.Row;

/// The settings as a table for a terminal: what does not fit into a column goes on in its next line.
final class SettingsView {
    /// Widest column of a preset: nearly all values are a number or a word.
    private static final int WIDEST_VALUE = 12;
    /// Narrowest column of meanings.
    private static final int LEAST_MEANING = 16;
    private static final String GAP = "  ";

    private SettingsView() {}

    /// The table in lines of at most so many characters, as far as there is room for the narrowest columns.
    static List<String> lines(int width) {
        List<Group> groups = SettingsTable.groups();
        List<Integer> columns = columns(groups, width);
        List<String> lines = new ArrayList<>();
        for (Group group : groups) {
            lines.addAll(row(
                    new Row(group.name().toUpperCase(Locale.ROOT), SettingsReader.presets(), "what it is"), columns));
            group.rows().forEach(row -> lines.addAll(row(row, columns)));
            lines.add("");
        }
        return lines;
    }

    private static List<Integer> columns(List<Group> groups, int width) {
        List<List<String>> all = groups.stream()
                .flatMap(group -> group.rows().stream())
                .map(SettingsView::cells)
                .toList();
        List<Integer> columns = new ArrayList<>();
        int meaning = all.getFirst().size() - 1;
        for (int column = 0; column < meaning; column++) {
            int number = column;
            int widest = all.stream()
                    .mapToInt(cells -> cells.get(number).length())
                    .max()
                    .orElse(0);
            columns.add(column == 0 ? widest : Math.min(WIDEST_VALUE, widest));
        }
        int before = columns.stream().mapToInt(each -> each + GAP.length()).sum();
        columns.add(Math.max(LEAST_MEANING, width - before));
        return columns;
    }

    private static List<String> cells(Row row) {
        List<String> cells = new ArrayList<>(List.of(row.name()));
        cells.addAll(row.values());
        cells.add(row.meaning());
        return cells;
    }

    private static List<String> row(Row row, List<Integer> columns) {
        List<String> cells = cells(row);
        List<List<String>> wrapped = IntStream.range(0, cells.size())
                .mapToObj(column -> wrapped(cells.get(column), columns.get(column)))
                .toList();
        int height = wrapped.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, height)
                .mapToObj(line -> {
                    StringBuilder text = new StringBuilder();
                    for (int column = 0; column < columns.size(); column++) {
                        List<String> cell = wrapped.get(column);
                        String part = line < cell.size() ? cell.get(line) : "";
                        text.append(part)
                                .append(" ".repeat(columns.get(column) - part.length()))
                                .append(GAP);
                    }
                    return text.toString().stripTrailing();
                })
                .toList();
    }

    /// Cuts a text into lines at its blanks; a longer word is cut where the line ends.
    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            int end = blank > 0 ? blank : width;
            lines.add(rest.substring(0, end));
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
