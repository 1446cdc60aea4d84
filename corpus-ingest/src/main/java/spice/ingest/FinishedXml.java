package spice.ingest;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.xml.stream.XMLEventReader;
import javax.xml.stream.XMLEventWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.events.Attribute;
import javax.xml.stream.events.StartElement;
import javax.xml.stream.events.XMLEvent;
import org.apache.tika.utils.XMLReaderUtils;

/// Copies the XML of an office document without what a reader of the finished document does not see. Elements are
/// known by their local names, which within one part mean one thing each.
final class FinishedXml {
    private static final Set<String> NO = Set.of("0", "false", "off", "none");

    private FinishedXml() {}

    /// Says of each element, in the order of the document, whether it is left out with all that is in it.
    interface Rule {
        /// Whether this element is left out.
        ///
        /// @param properties the elements directly in the element's first child, if that is [#propertiesOf] it
        boolean omits(StartElement start, List<StartElement> properties);

        /// The name of the child that holds what the rule must know of this element, or an empty text.
        default String propertiesOf(StartElement start) {
            return "";
        }
    }

    /// Leaves out the elements of these names.
    static Rule without(String... names) {
        Set<String> omitted = Set.of(names);
        return (start, properties) -> omitted.contains(name(start));
    }

    /// Leaves out those elements of a name that have an attribute with one of these values.
    static Rule withoutThose(String name, String attribute, String... values) {
        Set<String> omitted = Set.of(values);
        return (start, properties) -> name(start).equals(name) && omitted.contains(value(start, attribute));
    }

    /// What is left of a Word document when all changes are accepted: neither what was deleted nor the place that
    /// text was moved from; and no run that is formatted as hidden.
    static Rule acceptedWord() {
        Set<String> omitted = Set.of("del", "moveFrom", "commentReference", "comment");
        return new Rule() {
            @Override
            public String propertiesOf(StartElement start) {
                return name(start).equals("r") ? "rPr" : "";
            }

            @Override
            public boolean omits(StartElement start, List<StartElement> properties) {
                return omitted.contains(name(start))
                        || properties.stream()
                                .anyMatch(property ->
                                        name(property).equals("vanish") && !NO.contains(value(property, "val")));
            }
        };
    }

    /// What an OpenDocument shows: no deleted text, comments and hidden text, and none of the tables, slides and
    /// texts whose style hides them. Styles come before what they format.
    static Rule shownOpenDocument() {
        Set<String> omitted = Set.of("tracked-changes", "annotation", "hidden-text", "hidden-paragraph");
        Set<String> hiding = new HashSet<>();
        String[] style = {""};
        return (start, properties) -> {
            String name = name(start);
            if (name.equals("style")) {
                style[0] = value(start, "name");
            } else if (name.endsWith("-properties")
                    && (value(start, "display").matches("false|none")
                            || value(start, "visibility").equals("hidden"))) {
                hiding.add(style[0]);
            }
            return omitted.contains(name)
                    || (Set.of("table", "page", "p", "h", "span").contains(name)
                            && hiding.contains(value(start, "style-name")));
        };
    }

    /// Copies the XML, and returns whether anything was left out.
    static boolean copy(InputStream in, OutputStream out, Rule rule) throws XMLStreamException {
        XMLEventReader reader = XMLReaderUtils.getXMLInputFactory().createXMLEventReader(in);
        XMLEventWriter writer = XMLOutputFactory.newFactory().createXMLEventWriter(out, "UTF-8");
        boolean hasLeftOut = false;
        while (reader.hasNext()) {
            XMLEvent event = reader.nextEvent();
            if (!event.isStartElement()) {
                writer.add(event);
                continue;
            }
            StartElement start = event.asStartElement();
            List<XMLEvent> ahead = new ArrayList<>();
            List<StartElement> properties = properties(reader, rule.propertiesOf(start), ahead);
            if (rule.omits(start, properties)) {
                hasLeftOut = true;
                skip(reader);
            } else {
                writer.add(start);
                for (XMLEvent inner : ahead) {
                    writer.add(inner);
                }
            }
        }
        writer.close();
        return hasLeftOut;
    }

    /// Whether the first element is one that the predicate means.
    static boolean isRoot(InputStream in, Predicate<StartElement> meant) throws XMLStreamException {
        XMLEventReader reader = XMLReaderUtils.getXMLInputFactory().createXMLEventReader(in);
        while (reader.hasNext()) {
            XMLEvent event = reader.nextEvent();
            if (event.isStartElement()) {
                return meant.test(event.asStartElement());
            }
        }
        return false;
    }

    /// Reads ahead to the end of the first child, if it has this name, and returns the elements directly in it.
    private static List<StartElement> properties(XMLEventReader reader, String name, List<XMLEvent> ahead)
            throws XMLStreamException {
        if (name.isEmpty()) {
            return List.of();
        }
        while (reader.peek().isCharacters()) {
            ahead.add(reader.nextEvent());
        }
        if (!reader.peek().isStartElement()
                || !name(reader.peek().asStartElement()).equals(name)) {
            return List.of();
        }
        List<StartElement> properties = new ArrayList<>();
        int open = 0;
        do {
            XMLEvent event = reader.nextEvent();
            ahead.add(event);
            if (event.isStartElement() && open == 1) {
                properties.add(event.asStartElement());
            }
            open += change(event);
        } while (open > 0);
        return properties;
    }

    /// Reads to the end of the element that has begun.
    private static void skip(XMLEventReader reader) throws XMLStreamException {
        for (int open = 1; open > 0; ) {
            open += change(reader.nextEvent());
        }
    }

    private static int change(XMLEvent event) {
        return event.isStartElement() ? 1 : event.isEndElement() ? -1 : 0;
    }

    static String name(StartElement start) {
        return start.getName().getLocalPart();
    }

    /// The attribute of this local name, or an empty text.
    static String value(StartElement start, String attribute) {
        for (Iterator<Attribute> all = start.getAttributes(); all.hasNext(); ) {
            Attribute one = all.next();
            if (one.getName().getLocalPart().equals(attribute)) {
                return one.getValue();
            }
        }
        return "";
    }
}
