{{/* The files that the ConfigMap holds, as its `data`; nothing where neither is needed. */}}
{{- define "exporter.files" -}}
{{- if .Values.config }}
config.yml: |
  {{- toYaml .Values.config | nindent 2 }}
{{- end }}
{{- if hasSuffix "/etc/rhombus-share-exporter/web.yml" (include "exporter.webFile" .) }}
web.yml: |
  tls_server_config:
    cert_file: /run/secrets/rhombus-tls/tls.crt
    key_file: /run/secrets/rhombus-tls/tls.key
    client_auth_type: {{ .Values.web.tls.clientAuthType }}
    {{- if has .Values.web.tls.clientAuthType (list "VerifyClientCertIfGiven" "RequireAndVerifyClientCert") }}
    client_ca_file: /run/secrets/rhombus-tls/{{ .Values.web.tls.clientCAKey }}
    {{- end }}
{{- end }}
{{- end -}}
