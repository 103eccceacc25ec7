import { readSettings } from '@backroom/configuration'
import { z } from 'zod'
import { setRecorder } from './tracing.ts'

const share = z.coerce.number().min(0).max(1)

/**
 * Begins to record spans when OTEL_EXPORTER_OTLP_ENDPOINT says where they go; without it nothing of OpenTelemetry is even
 * loaded. To be called before servers are built.
 *
 * @throws {ConfigurationError} when a setting is wrong
 */
export async function startTracing(service: string, environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = readSettings(
    {
      /** Origin of an OTLP receiver over HTTP, such as `http://collector:4318`. */
      OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
      /** Share of the traces to record. */
      OTEL_TRACES_SAMPLER_ARG: share.default(1),
    },
    environment,
  )
  if (!endpoint) return
  const [{ createRecorder }, { OTLPTraceExporter }] = await Promise.all([
    import('./recorder.ts'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  setRecorder(createRecorder({ service, ratio, exporter }))
}

const STOP_LIMIT_MS = 2_000

/** Sends what is recorded and ends recording; a receiver that does not answer holds nobody up. */
export async function stopTracing(): Promise<void> {
  const stopping = setRecorder(undefined)?.stop()
  if (!stopping) return
  const limit = new Promise<void>((resolve) => void setTimeout(resolve, STOP_LIMIT_MS).unref())
  await Promise.race([stopping.catch(() => undefined), limit])
}
