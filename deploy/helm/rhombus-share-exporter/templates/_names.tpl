{{/* Names, labels, paths and addresses that several objects must agree on. `toYaml` quotes a name that YAML would take
     for a number or a truth, such as 123 or true, and leaves the others as they are. */}}

{{/* The start of all names. 52 characters: a StatefulSet's pods get a label of 11 more. */}}
{{- define "exporter.fullname" -}}
{{- $name := .Values.fullnameOverride -}}
{{- if not $name -}}
{{- $name = ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- end -}}
{{- $name = $name | trunc 52 | trimSuffix "-" -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $name) -}}
{{- fail (printf "fullnameOverride: needed, since %s can't be the name of a Service; set it to one of a-z, 0-9 and -, with a letter first, such as %s" $name .Chart.Name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What the exporter's pods are found by. The pod of `helm test` is another component. */}}
{{- define "exporter.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ toYaml .Release.Name }}
app.kubernetes.io/component: exporter
{{- end -}}

{{/* The labels that the chart gives, which `checkLabels` keeps out of values. */}}
{{- define "exporter.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* All labels of an object: a list of the root and those of its own section, which win over the common ones. */}}
{{- define "exporter.labels" -}}
{{- $root := index . 0 -}}
{{ include "exporter.ownLabels" $root }}
{{- with merge dict (index . 1 | default dict) $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The `metadata` of an object: a list of the root, the end of the name, and the section of values that may have
     `namespace`, `labels` and `annotations`. */}}
{{- define "exporter.metadata" -}}
{{- $root := index . 0 -}}
{{- $section := index . 2 -}}
metadata:
  name: {{ printf "%s%s" (include "exporter.fullname" $root) (index . 1) | toYaml }}
  namespace: {{ $section.namespace | default $root.Release.Namespace | toYaml }}
  labels:
    {{- include "exporter.labels" (list $root $section.labels) | nindent 4 }}
  {{- with $section.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "exporter.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "exporter.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "exporter.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The secrets that are mounted, each once. */}}
{{- define "exporter.secrets" -}}
{{- prepend .Values.secrets .Values.organization.existingSecret | compact | uniq | toJson -}}
{{- end -}}

{{/* The web configuration file in the container, or nothing. */}}
{{- define "exporter.webFile" -}}
{{- if .Values.web.existingSecret -}}
/run/secrets/rhombus-web/{{ .Values.web.existingSecretKey }}
{{- else if .Values.web.tls.enabled -}}
/etc/rhombus-share-exporter/web.yml
{{- end -}}
{{- end -}}

{{- define "exporter.scheme" -}}
{{- ternary "https" "http" .Values.web.tls.enabled -}}
{{- end -}}

{{/* That of shards has a name of its own: a Service can't become one without an address, nor lose it. */}}
{{- define "exporter.serviceEnd" -}}
{{- ternary "-shards" "" (eq .Values.kind "StatefulSet") -}}
{{- end -}}

{{- define "exporter.service" -}}
{{ include "exporter.fullname" . }}{{ include "exporter.serviceEnd" . }}
{{- end -}}

{{- define "exporter.host" -}}
{{ include "exporter.service" . }}.{{ .Release.Namespace }}.svc
{{- end -}}

{{/* Not empty where a connection without a client certificate is refused. */}}
{{- define "exporter.wantsCertificate" -}}
{{- if and .Values.web.tls.enabled (has .Values.web.tls.clientAuthType (list "RequireAnyClientCert" "RequireAndVerifyClientCert")) -}}
yes
{{- end -}}
{{- end -}}
