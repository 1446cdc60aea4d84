package spice.activities;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import spice.archive.HeldOutQuestion;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.Models;
import spice.corpus.Corpora;
import spice.corpus.CorpusPlaces;
import spice.domain.Task;
import spice.ingest.CorpusException;
import spice.ingest.CorpusManifest;
import spice.ingest.Ingest;
import spice.ingest.IngestSettings;
import spice.model.HuggingFaceCodec;
import spice.model.ModelException;
import spice.runs.CorpusRef;
import spice.runs.Failure;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.FileSource;
import spice.store.Json;
import spice.workflows.CorpusActivities;

/// Ingests corpora, reads held-out questions, and draws each iteration's passages.
public final class CorpusActivitiesImpl implements CorpusActivities {
    private static final ObjectMapper MAPPER = Json.mapper();
    /// Parser processes during an ingest.
    private static final int FORKS = 2;

    private final BlobStore store;
    private final CorpusPlaces places;
    private final Models models;
    private final Checkpoints checkpoints;
    private final WorkerHeartbeats heartbeats;

    /// Serves these corpora and no others.
    ///
    /// @param corpora places of the corpora by name: a folder, or `s3://bucket/prefix`
    /// @param models the folder below which a run may name a model
    public CorpusActivitiesImpl(
            BlobStore store, Map<String, String> corpora, Path models, WorkerHeartbeats heartbeats) {
        this.store = store;
        this.places = new CorpusPlaces(corpora);
        this.models = new Models(store, models);
        this.checkpoints = new Checkpoints(store);
        this.heartbeats = heartbeats;
    }

    @Override
    public CorpusRef ingest(RunSettings settings) {
        Ingest.Ingested ingested;
        try (Heartbeat heartbeat = heartbeats.start();
                HuggingFaceCodec codec = models.codec(settings.model())) {
            FileSource corpus = places.source(settings.corpus());
            // Before the long work: whoever named a wrong file learns it now.
            heldOut(settings);
            IngestSettings limits = IngestSettings.of(settings.model(), settings.passageTokens(), settings.textField());
            ingested = Ingest.ingest(
                    corpus,
                    limits,
                    FORKS,
                    text -> codec.encode(text).length,
                    store,
                    (stage, done, total) -> heartbeat.now(
                            "ingest, %s".formatted(stage.name().toLowerCase(Locale.ROOT)), done, total, "files"));
        } catch (CorpusException e) {
            throw Failure.CORPUS_UNUSABLE.because(e);
        } catch (ModelException e) {
            throw Failure.MODEL_UNUSABLE.because(e);
        }
        CorpusManifest manifest = ingested.manifest();
        int passages = Corpora.toLearnFrom(store, ingested.ref(), settings).size();
        if (passages < settings.documentsPerIteration()) {
            throw Failure.CORPUS_TOO_SMALL.because(tooSmall(settings, passages, manifest));
        }
        return new CorpusRef(
                ingested.ref(),
                manifest.sources().size(),
                passages,
                manifest.refused().size());
    }

    private static String tooSmall(RunSettings settings, int passages, CorpusManifest manifest) {
        int heldBack = manifest.totals().passages() - passages;
        String remedy = passages == 0
                ? "add documents"
                : "add documents or set documentsPerIteration to at most %d".formatted(passages);
        return "corpus %s gives %d passages to learn from%s, but an iteration draws %d; %s"
                .formatted(
                        settings.corpus(),
                        passages,
                        heldBack == 0 ? "" : " (%d are held back for questions)".formatted(heldBack),
                        settings.documentsPerIteration(),
                        remedy);
    }

    @Override
    public void requireCorpus(RunSettings settings) {
        try (Heartbeat _ = heartbeats.start()) {
            places.source(settings.corpus());
            heldOut(settings);
        } catch (CorpusException e) {
            throw Failure.CORPUS_UNUSABLE.because(e);
        }
    }

    @Override
    public Optional<BlobRef> readHeldOut(RunSettings settings) {
        try (Heartbeat _ = heartbeats.start()) {
            return heldOut(settings).map(tasks -> BlobList.put(store, tasks));
        }
    }

    private Optional<List<Task>> heldOut(RunSettings settings) {
        if (settings.heldOut().isEmpty()) {
            return Optional.empty();
        }
        List<Task> tasks = new ArrayList<>();
        try {
            CorpusPlaces.File file = places.file(settings.heldOut());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(file.open(), StandardCharsets.UTF_8.newDecoder()))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    tasks.add(MAPPER.readValue(line, HeldOutQuestion.class).task());
                }
            }
        } catch (CorpusException e) {
            throw Failure.HELD_OUT_UNUSABLE.because(e);
        } catch (JsonProcessingException e) {
            throw Failure.HELD_OUT_UNUSABLE.because(
                    "line %d of %s is not a held-out question (%s); `spice archive FOLDER` writes a file of them to compare with"
                            .formatted(tasks.size() + 1, settings.heldOut(), e.getOriginalMessage()));
        } catch (CharacterCodingException e) {
            throw Failure.HELD_OUT_UNUSABLE.because(
                    "%s is not in UTF-8; write it in UTF-8".formatted(settings.heldOut()));
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be read (%s)".formatted(settings.heldOut(), e), e);
        }
        return Optional.of(tasks);
    }

    @Override
    public BlobRef draw(IterationRequest iteration) {
        try (Heartbeat _ = heartbeats.start()) {
            RunSettings settings = iteration.settings();
            long drawn = checkpoints.manifest(iteration.policy()).documentsDrawn();
            return BlobList.put(
                    store, Corpora.draw(store, iteration.run().corpus().manifest(), settings, drawn));
        }
    }
}
