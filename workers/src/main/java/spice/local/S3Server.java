package spice.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.program.PlainOutput;
import spice.store.OwnerOnly;
import spice.store.s3.S3Key;
import spice.telemetry.ListenAddress;
import spice.telemetry.Telemetry;

/// An S3 server that keeps its objects in a folder. It runs as its own process, so that a worker's crash does not
/// stop it. It listens on the loopback address and requires the stack's key. An object appears by a rename or not
/// at all. Writes are not forced to the disk: objects survive the death of a process, not a loss of power.
public final class S3Server {
    private static final Logger log = LoggerFactory.getLogger(S3Server.class);

    /// Time that requests under way get when the server is told to stop.
    private static final long GRACE_MILLIS = 3000;

    private S3Server() {}

    /// `S3Server FOLDER PORT KEY-FILE METERS-FOLDER`: runs until the process is told to stop.
    public static void main(String[] args) throws Exception {
        PlainOutput.install();
        serve(Path.of(args[0]), Integer.parseInt(args[1]), Path.of(args[2]), Path.of(args[3]));
    }

    /// Runs the server of these settings' stack inside this process, until the process is told to stop.
    public static void serve(LocalSettings settings) throws Exception {
        serve(settings.s3Folder(), settings.s3Port(), settings.s3KeyFile(), settings.meters());
    }

    private static void serve(Path folder, int port, Path keyFile, Path meters) throws Exception {
        S3Proxy server = server(folder, port, S3KeyFile.open(keyFile));
        server.start();
        Telemetry telemetry = Telemetry.start("s3", ListenAddress.LOOPBACK, meters);
        log.info("S3 server on {} listens on port {}", folder, server.getPort());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop(server);
            telemetry.close();
        }));
    }

    private static S3Proxy server(Path folder, int port, S3Key key) throws IOException {
        OwnerOnly.folder(folder);
        log.info("{} unfinished objects of a killed server removed", S3Leftovers.remove(folder));
        return S3Proxy.builder()
                .blobStore(new DiskAwareBlobStore(new FilesystemNio2BlobStore(folder.toString())))
                .endpoint(URI.create("http://%s:%d".formatted(LocalSettings.LOOPBACK, port)))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, key.id(), key.secret())
                .ignoreUnknownHeaders(true)
                .stopTimeout(GRACE_MILLIS)
                .build();
    }

    private static void stop(S3Proxy server) {
        try {
            server.stop();
        } catch (Exception e) {
            log.warn("the S3 server did not stop in order", e);
        }
    }
}
