package spice.archive;

import java.time.ZoneOffset;
import java.util.Date;
import java.util.Optional;
import org.apache.poi.ooxml.POIXMLDocument;
import org.apache.poi.ooxml.POIXMLProperties.CoreProperties;

/// Sets the properties of an Office file, where POI puts the time of writing by default.
final class OfficeProperties {
    private OfficeProperties() {}

    static void describe(POIXMLDocument document, Writing writing) {
        Optional<Date> date = Optional.of(Date.from(writing.date().atTime(9, 30).toInstant(ZoneOffset.UTC)));
        CoreProperties properties = document.getProperties().getCoreProperties();
        properties.setTitle(writing.title());
        properties.setCreator(writing.author());
        properties.setCreated(date);
        properties.setModified(date);
    }
}
