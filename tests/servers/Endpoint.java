// Apache Jena's ARQ behind a SPARQL endpoint, as small as the tests need it: queries (/query), updates (/update), graphs (/data).
// java -cp '/usr/share/java/*' Endpoint.java PORT [FILE.nt]

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QueryParseException;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.update.UpdateAction;

public class Endpoint {
    private static final Dataset DATA = DatasetFactory.createTxnMem();

    interface Work {
        byte[] run(HttpExchange exchange, Map<String, String> given, byte[] body) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 1) {
            DATA.begin(ReadWrite.WRITE);
            RDFDataMgr.read(DATA.getDefaultModel(), arguments[1], Lang.NTRIPLES);
            DATA.commit();
            DATA.end();
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 0);
        server.createContext("/query", exchange -> handle(exchange, ReadWrite.READ, Endpoint::query));
        server.createContext("/update", exchange -> handle(exchange, ReadWrite.WRITE, Endpoint::update));
        server.createContext("/data", exchange -> handle(exchange, ReadWrite.WRITE, Endpoint::graphs));
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }

    private static void handle(HttpExchange exchange, ReadWrite way, Work work) throws IOException {
        int status = 200;
        byte[] answer;
        DATA.begin(way);
        try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, String> given = fields(exchange.getRequestURI().getRawQuery());
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
                given.putAll(fields(new String(body, StandardCharsets.UTF_8)));
            }
            answer = work.run(exchange, given, body);
            if (way == ReadWrite.WRITE) {
                DATA.commit();
            }
        } catch (QueryParseException error) {
            DATA.abort();
            status = 400;
            answer = error.getMessage().getBytes(StandardCharsets.UTF_8);
        } catch (Throwable error) {
            DATA.abort();
            error.printStackTrace();
            status = 500;
            answer = error.toString().getBytes(StandardCharsets.UTF_8);
        } finally {
            DATA.end();
        }
        exchange.getResponseHeaders().set("Server", "Jena");
        exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(answer);
        }
    }

    private static Map<String, String> fields(String form) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String pair : form == null ? new String[0] : form.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            found.put(URLDecoder.decode(name, StandardCharsets.UTF_8), URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return found;
    }

    private static byte[] query(HttpExchange exchange, Map<String, String> given, byte[] body) {
        Query query = QueryFactory.create(given.get("query"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Dataset asked = given.containsKey("default-graph-uri") ? DatasetFactory.wrap(DATA.getNamedModel(given.get("default-graph-uri"))) : DATA;
        try (QueryExecution execution = QueryExecutionFactory.create(query, asked)) {
            String type = "application/sparql-results+json";
            if (query.isSelectType()) {
                ResultSetFormatter.outputAsJSON(out, execution.execSelect());
            } else if (query.isAskType()) {
                ResultSetFormatter.outputAsJSON(out, execution.execAsk());
            } else {
                type = "application/n-triples";
                RDFDataMgr.write(out, query.isConstructType() ? execution.execConstruct() : execution.execDescribe(), Lang.NTRIPLES);
            }
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        return out.toByteArray();
    }

    private static byte[] update(HttpExchange exchange, Map<String, String> given, byte[] body) {
        UpdateAction.parseExecute(given.get("update"), DATA);
        return new byte[0];
    }

    private static byte[] graphs(HttpExchange exchange, Map<String, String> given, byte[] body) {
        Model model = given.containsKey("default") ? DATA.getDefaultModel() : DATA.getNamedModel(given.get("graph"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Content-Type", "application/n-triples");
            RDFDataMgr.write(out, model, Lang.NTRIPLES);
        } else {
            Model sent = ModelFactory.createDefaultModel();
            RDFDataMgr.read(sent, new ByteArrayInputStream(body), Lang.NTRIPLES);
            model.add(sent);
        }
        return out.toByteArray();
    }
}
