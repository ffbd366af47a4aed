import ArgumentParser
import Foundation
import Inference
import Media

/// The command line: the only place that picks an engine, a tracker and a log.
struct Lapwing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lapwing",
        abstract: "Finds objects in videos and follows them, with identities that survive any crash.",
        discussion: """
            On one machine, everything in one process:
              lapwing run street.mp4 --model yolov8n.onnx --output out

            The same through a log, with as many workers as you start:
              lapwing submit videos/ --log sqlite:lapwing.db
              lapwing worker --log sqlite:lapwing.db --model yolov8n.onnx
              lapwing status --log sqlite:lapwing.db
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db --format csv
              lapwing aggregate --log sqlite:lapwing.db --zones zones.yaml
              lapwing summary --log sqlite:lapwing.db
              lapwing dashboard --log sqlite:lapwing.db --media videos/

            Every option can also be set in a YAML file (--config FILE) and in the environment:
            --chunk-seconds is chunk-seconds in the file and LAPWING_CHUNK_SECONDS in the environment.
            The command line wins over the environment, that over the file, that over the defaults.

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of the videos failed.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, SubmitCommand.self, WorkerCommand.self, CollectCommand.self, ResultsCommand.self,
            AggregateCommand.self, SummaryCommand.self, StatusCommand.self, DashboardCommand.self, TopicsCommand.self,
            DeadLetterCommand.self, AnnotateCommand.self, ReportCommand.self,
            EvaluateCommand.self,
            TrackCommand.self, TuneCommand.self, SynthesizeCommand.self, PlanCommand.self, DoctorCommand.self,
        ])
}

@main
enum Main {
    static func main() async {
        DecoderChild.serveIfAsked()
        // A reader that closes the pipe (`| head`) ends the program quietly, not with a signal in mid-write.
        signal(SIGPIPE, SIG_IGN)
        do {
            let arguments = try LayeredArguments.resolve(
                Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
            var command = try Lapwing.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as Failure {
            if let message = error.message { Console.error(message) }
            leave(error.code)
        } catch let error as UsageError {
            Console.error(error.message)
            leave(2)
        } catch let error as InferenceError where error.code == .configuration {
            Console.error(ErrorText.of(error))
            leave(2)
        } catch {
            switch Lapwing.exitCode(for: error) {
            case .success:
                print(Lapwing.fullMessage(for: error))
                leave(0)
            case .validationFailure:
                Console.write(Lapwing.fullMessage(for: error))
                leave(2)
            default:
                Console.error(ErrorText.of(error))
                leave(1)
            }
        }
        leave(0)
    }

    /// Ends the program.
    ///
    /// Not by `exit`, which takes OpenSSL down while threads of librdkafka are still at work with it: they crash.
    private static func leave(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
