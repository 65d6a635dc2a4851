{{/* What values must be to each other, which their schema can't say. Each message says what is wrong and what to write
     instead. */}}

{{- define "exporter.checks" -}}
{{- include "exporter.checkOrganizations" . -}}
{{- include "exporter.checkKeys" . -}}
{{- include "exporter.checkKind" . -}}
{{- include "exporter.checkFlags" . -}}
{{- include "exporter.checkVariables" . -}}
{{- include "exporter.checkWeb" . -}}
{{- include "exporter.checkLabels" . -}}
{{- include "exporter.checkText" (list "job" .Values.job) -}}
{{- include "exporter.checkMonitors" . -}}
{{- end -}}

{{- define "exporter.checkOrganizations" -}}
{{- $one := .Values.organization -}}
{{- $listed := or .Values.config.organizations .Values.config.partners -}}
{{- if and $one.existingSecret $listed -}}
{{- fail "organization.existingSecret and config.organizations or config.partners: put the organisation into config.organizations, and its Secret into `secrets`" -}}
{{- end -}}
{{- if not (or $one.existingSecret $listed) -}}
{{- fail "nothing to watch: set organization.existingSecret (the Secret with the API key) and organization.name, or config.organizations or config.partners" -}}
{{- end -}}
{{- if and $one.existingSecret (not $one.name) -}}
{{- fail "organization.name: needed; it is what the organisation is called in metrics and alerts" -}}
{{- end -}}
{{- end -}}

{{- define "exporter.checkKind" -}}
{{- $replicas := int .Values.replicas -}}
{{- if eq .Values.kind "Deployment" -}}
{{- if gt $replicas 1 -}}
{{- fail (printf "replicas: %d exporters in a Deployment would each ask Rhombus for everything; set kind: StatefulSet, whose pods share the organisations" $replicas) -}}
{{- end -}}
{{- else -}}
{{- if and .Values.organization.existingSecret (gt $replicas 1) -}}
{{- fail (printf "replicas: %d exporters can't share one organisation; set replicas: 1" $replicas) -}}
{{- end -}}
{{- if .Values.storage.existingClaim -}}
{{- fail "storage.existingClaim: each pod of a StatefulSet needs a claim of its own, which the chart makes; leave it empty" -}}
{{- end -}}
{{- if ne (int .Values.service.port) 10063 -}}
{{- fail "service.port: the Service of a StatefulSet leads to the pods' own port; leave it at 10063" -}}
{{- end -}}
{{- if dig "collect" "shard" "" .Values.config -}}
{{- fail "config.collect.shard: a StatefulSet gives each pod its own from `replicas`; leave it out" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "exporter.checkWeb" -}}
{{- with .Values.web -}}
{{- if and .tls.existingSecret (not .tls.enabled) -}}
{{- fail "web.tls.existingSecret: it is used with web.tls.enabled: true alone" -}}
{{- end -}}
{{- if and .tls.enabled (not (or .tls.existingSecret .existingSecret)) -}}
{{- fail "web.tls.enabled: set web.tls.existingSecret, a Secret with tls.crt and tls.key, or web.existingSecret, the whole web configuration file" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Selectors find objects by the chart's own labels, and Helm its releases. */}}
{{- define "exporter.checkLabels" -}}
{{- $own := include "exporter.ownLabels" . | fromYaml -}}
{{- $given := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels "dashboards.label" (dict .Values.dashboards.label "") -}}
{{- range $section := list "serviceMonitor" "podMonitor" "prometheusRule" "dashboards" -}}
{{- $_ := set $given (printf "%s.labels" $section) (index $.Values $section).labels -}}
{{- end -}}
{{- range $where, $labels := $given -}}
{{- range $label, $_ := $labels -}}
{{- if hasKey $own $label -}}
{{- fail (printf "%s: %s is the chart's to set; take another label" $where $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Controls, separators of lines, and marks that turn the direction of writing, as the command `rules` refuses them: a
     list of where the text is, and the text. */}}
{{- define "exporter.checkText" -}}
{{- if regexMatch `[\x00-\x1f\x7f-\x9f\xad\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]` (index . 1) -}}
{{- fail (printf "%s: %q has characters that don't show; leave them out" (index . 0) (index . 1)) -}}
{{- end -}}
{{- end -}}

{{- define "exporter.checkMonitors" -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "serviceMonitor.enabled and podMonitor.enabled: each pod would be scraped twice; keep one of the two" -}}
{{- end -}}
{{- range $where := list "serviceMonitor" "podMonitor" -}}
{{- $monitor := index $.Values $where -}}
{{- if $monitor.enabled -}}
{{- include "exporter.checkAuthority" (list $ $where $monitor) -}}
{{- include "exporter.checkTimes" (list $where $monitor) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The operator looks for Secrets in the monitor's namespace: a list of the root, the section's name and the section. */}}
{{- define "exporter.checkAuthority" -}}
{{- $root := index . 0 -}}
{{- $monitor := index . 2 -}}
{{- $away := $monitor.namespace | default $root.Release.Namespace | ne $root.Release.Namespace -}}
{{- $default := and $root.Values.web.tls.enabled $root.Values.web.tls.existingSecret (not $monitor.tlsConfig) -}}
{{- if and $away $default -}}
{{- fail (printf "%s.namespace: the Secret %s is not in %s; copy its ca.crt to a Secret or a ConfigMap there, and name that in %s.tlsConfig" (index . 1) $root.Values.web.tls.existingSecret $monitor.namespace (index . 1)) -}}
{{- end -}}
{{- end -}}

{{/* The operator drops a monitor that Prometheus would refuse: a list of the section's name and the section. */}}
{{- define "exporter.checkTimes" -}}
{{- $where := index . 0 -}}
{{- with index . 1 -}}
{{- $interval := include "exporter.seconds" .interval | int64 -}}
{{- if or (lt $interval 1) (ge $interval 300) -}}
{{- fail (printf "%s.interval: %s: expected 1s or more and less than 5m, as far as the alerts look back; docs/alerts.md advises at most 2m" $where .interval) -}}
{{- end -}}
{{- $timeout := include "exporter.seconds" (.scrapeTimeout | default "10s") | int64 -}}
{{- if and .scrapeTimeout (or (lt $timeout 1) (gt $timeout $interval)) -}}
{{- fail (printf "%s.scrapeTimeout: %s: expected 1s to %s, the interval; the operator drops another" $where .scrapeTimeout .interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
