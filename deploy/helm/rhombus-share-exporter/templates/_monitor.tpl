{{/* How an endpoint is scraped, the same for a ServiceMonitor and a PodMonitor: a list of the root and the section. */}}
{{- define "exporter.endpoint" -}}
{{- $root := index . 0 -}}
{{- with index . 1 -}}
- port: metrics
  interval: {{ .interval }}
  {{- with .scrapeTimeout }}
  scrapeTimeout: {{ . }}
  {{- end }}
  # A label `org` of the target must not take the place of the exporter's.
  honorLabels: true
  {{- if $root.Values.web.tls.enabled }}
  scheme: https
  tlsConfig:
    {{- .tlsConfig | default (include "exporter.tlsConfig" $root | fromYaml) | toYaml | nindent 4 }}
  {{- end }}
  {{- with .basicAuth }}
  basicAuth:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  relabelings:
    # An instance is the exporter's pod, whatever address that has after a restart.
    - sourceLabels: [__meta_kubernetes_pod_name]
      targetLabel: instance
    {{- if ne $root.Values.job $root.Chart.Name }}
    - targetLabel: job
      # `$1` would be a group of the expression.
      replacement: {{ $root.Values.job | replace "$" "$$" | toYaml }}
    {{- end }}
    {{- with .relabelings }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* By the authority that cert-manager puts beside the certificate. */}}
{{- define "exporter.tlsConfig" -}}
serverName: {{ include "exporter.host" . | toYaml }}
{{- with .Values.web.tls.existingSecret }}
ca:
  secret: { name: {{ toYaml . }}, key: ca.crt }
{{- end }}
{{- end -}}

{{/* Which objects a monitor selects. The label of that name is the job that the rules and the dashboards know. */}}
{{- define "exporter.monitored" -}}
jobLabel: app.kubernetes.io/name
selector:
  matchLabels:
    {{- include "exporter.selector" (index . 0) | nindent 4 }}
{{- if (index . 1).namespace }}
namespaceSelector:
  matchNames: [{{ (index . 0).Release.Namespace | toYaml }}]
{{- end }}
{{- end -}}
