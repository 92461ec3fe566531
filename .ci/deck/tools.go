//go:build tools

package deck

import _ "github.com/kong/deck"
