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
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled -}}
{{- fail "serviceMonitor.enabled and podMonitor.enabled: each pod would be scraped twice; keep one of the two" -}}
{{- end -}}
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
